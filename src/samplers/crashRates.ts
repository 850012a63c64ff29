import { History } from '../numeric/history.ts';
import { type Axis, active, type Point } from '../space/axis.ts';
import type { Ended, TrialId } from '../strategy/messages.ts';

/**
 * How often configurations with a choice crash. Strategies keep trying choices that look bad, since they may be good elsewhere: TPE because its
 * joint density is local, evolution by mutation. A choice that crashes wherever it is tried is not worth it.
 */
export class CrashRates {
  readonly #axes: readonly Axis[];
  /** Whether the configuration with this index crashed. */
  readonly #crashed: (boolean | undefined)[] = [];
  /** By axis and level; empty for axes with an order. */
  readonly #results: readonly Float64Array[];
  readonly #crashes: readonly Float64Array[];
  #total = 0;

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
    const counts = () => axes.map(({ ordered, levels }) => new Float64Array(ordered || !levels ? 0 : levels.count));
    this.#results = counts();
    this.#crashes = counts();
  }

  /** Whether any configuration crashed. */
  get any(): boolean {
    return this.#total > 0;
  }

  /** Counts a configuration, or corrects how it was counted. */
  set(index: number, point: Point, crashed: boolean): void {
    const before = this.#crashed[index];
    if (before === crashed) return;
    this.#crashed[index] = crashed;
    const change = Number(crashed) - Number(before ?? false);
    this.#total += change;
    const on = active(this.#axes, point);
    for (const [i, { levels }] of this.#axes.entries()) {
      if (!on[i] || this.#results[i]!.length === 0) continue;
      const level = levels!.of(point[i]!);
      if (before === undefined) this.#results[i]![level]! += 1;
      this.#crashes[i]![level]! += change;
    }
  }

  /** The log probability that a trial with a level does not crash, judged by this axis alone. A level without results does not crash. */
  logSurvival(axis: number, level: number): number {
    const results = this.#results[axis]!;
    return results.length === 0 ? 0 : Math.log((results[level]! - this.#crashes[axis]![level]! + 1) / (results[level]! + 1));
  }

  /**
   * The probability that a point does not crash, as far as its choices tell: for each, relative to the safest choice that was tried. Crashes that
   * do not depend on a choice are no reason to avoid it; with several choices, nearly every point would look like one that crashes.
   */
  survival(point: Point): number {
    if (!this.any) return 1;
    const on = active(this.#axes, point);
    let log = 0;
    for (const [i, { ordered, levels }] of this.#axes.entries()) {
      if (!on[i] || ordered) continue;
      const tried = Array.from(this.#results[i]!, (results, level) =>
        results > 0 ? this.logSurvival(i, level) : Number.NEGATIVE_INFINITY,
      );
      log += Math.min(0, this.logSurvival(i, levels!.of(point[i]!)) - Math.max(...tried));
    }
    return Math.exp(log);
  }
}

/** The crash rates after some ended trials. A chain of trials that resume each other counts as one configuration, by its last end. */
export const crashRatesAfter = (axes: readonly Axis[]): ((ended: History<Ended>) => CrashRates) => {
  const after = History.folding(
    () => ({ rates: new CrashRates(axes), firstOf: new Map<TrialId, TrialId>() }),
    ({ rates, firstOf }, { id, resumes, point, outcome }: Ended) => {
      const first = resumes === undefined ? id : (firstOf.get(resumes) ?? resumes);
      firstOf.set(id, first);
      rates.set(first, point, outcome === 'failed');
    },
  );
  return (ended) => after(ended).rates;
};
