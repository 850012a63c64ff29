import { grouped } from '../../numeric/grouped.ts';
import { LazySorted } from '../../numeric/lazySorted.ts';
import { minBandwidth } from '../../numeric/parzen/axisKernels.ts';
import { Parzen } from '../../numeric/parzen/parzen.ts';
import type { Support } from '../../numeric/parzen/support.ts';
import type { Rng } from '../../numeric/random.ts';
import { type Axis, active, type Domain, type Point } from '../../space/axis.ts';
import type { Fixed } from '../../space/fixed.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ended, StrategyEvent } from '../../strategy/messages.ts';
import { orderOf } from '../budgets/order.ts';
import { ConfigurationResults } from '../configurationResults.ts';
import { CrashRates } from '../crashRates.ts';
import { supportOnAxis } from '../parzenSupport.ts';
import { compareRanked, type RankedTrial, rankTrial } from '../rankedTrial.ts';
import { EvenSample } from './evenSample.ts';
import { type BelowWeights, belowCount, rankWeights, splitTrials, unweighted } from './splitTrials.ts';

/** Axes that are active together, and the density g(x) of trials above the split that have them. */
interface Subspace {
  readonly axes: readonly number[];
  readonly supports: readonly Support[];
  above: Parzen;
}

/** A point with log l(x) / g(x), summed over its subspaces. */
export interface Candidate {
  readonly point: Point;
  readonly ratio: number;
}

/** Whether the axes of a subspace are active at a point. */
const exists = (all: readonly Axis[], [first]: readonly number[], point: Point): boolean =>
  !all[first!]!.when || active(all, point)[first!]!;

/** The point with the coordinates of a subspace replaced by a draw. */
function withDraw({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>, draw: readonly number[], point: Point): Point {
  const next = [...point];
  for (const [j, i] of axes.entries()) next[i] = supports[j]!.cells?.centres[draw[j]!] ?? draw[j]!;
  return next;
}

/**
 * The draw with the highest l / g, times the probability that it does not crash. Most of the cost is g, whose density has the most kernels: it is computed only for draws that can still win,
 * and only as far as is needed to decide.
 */
function bestDraw(
  below: Parzen,
  above: Parzen,
  draws: readonly (readonly number[])[],
  logSurvival: (draw: readonly number[]) => number,
): { readonly draw: readonly number[]; readonly ratio: number } {
  const ranked = draws.map((draw) => {
    const l = below.logDensity(draw) + logSurvival(draw);
    return { draw, l, bound: l - above.leastLogDensity(draw) };
  });
  ranked.sort((a, b) => b.bound - a.bound);
  let best = { draw: ranked[0]!.draw, ratio: Number.NEGATIVE_INFINITY };
  for (const { draw, l, bound } of ranked) {
    if (bound <= best.ratio) break;
    const ratio = l - above.logDensity(draw, l - best.ratio);
    if (ratio > best.ratio) best = { draw, ratio };
  }
  return best;
}

const hasLoss = ({ losses }: RankedTrial): boolean => losses[0]! < Number.POSITIVE_INFINITY;

/** Few trials are below the split, so with the usual minimal bandwidth l would stay wider than a tenth of the range for long. */
const BELOW_CLIP = 0.4;

/**
 * The minimal bandwidth of l if budgets differ: Scott's rule for n points on `axes` axes, with a deviation of a fifth of the range (Optuna's
 * `multivariate`). Most of the best are then good starts, many of them next to each other: narrower kernels copy them, and never leave a region
 * that is good only at low budgets.
 */
const scott = (n: number, axes: number): number => 0.2 * Math.max(n, 1) ** (-1 / (axes + 4));

/** The densities l and g of TPE, kept up to date with each fact. They depend only on the facts. */
export class TpeObservations {
  readonly results: ConfigurationResults;
  readonly #axes: readonly Axis[];
  readonly #subspaces: readonly Subspace[];
  /** By the index of the configuration, as in all maps and sets here. */
  readonly #rankedByIndex: (RankedTrial | undefined)[] = [];
  /** Those that have a loss. */
  readonly #ranked = new LazySorted(compareRanked);
  /** Whether there are several objectives. */
  #hasSeveral = false;
  /** Configurations without information, since all their trials were lost. They belong to neither density. */
  readonly #excluded = new Set<number>();
  readonly #crashRates: CrashRates;
  #below: BelowWeights = new Map();
  /** The configurations that have a kernel in g if they are above the split. A sample of them bounds the cost of an ask. */
  #sample = new EvenSample(0);
  /** Those that have one. */
  readonly #above = new Set<number>();

  constructor(env: Pick<Env, 'axes' | 'rungs' | 'result'>) {
    this.results = new ConfigurationResults(env);
    this.#axes = env.axes;
    this.#crashRates = new CrashRates(env.axes);
    this.#subspaces = subspaces(env.axes).map((axes) => {
      const supports = axes.map((i) => supportOnAxis(env.axes[i]!));
      return { axes, supports, above: this.#emptyAbove(supports, this.#sample) };
    });
  }

  tell(fact: StrategyEvent): void {
    const index = this.results.tell(fact);
    if (index !== undefined && fact.type === 'ended') this.#learn(index, fact);
  }

  #learn(index: number, fact: Ended): void {
    const before = this.#rankedByIndex[index];
    const ranked = rankTrial(index, fact);
    if (before !== undefined && fact.outcome === 'failed') return; // the results at lower budgets remain
    if (ranked === undefined) {
      this.#removeFromAbove(index);
      this.#excluded.add(index);
      return;
    }
    if (this.#excluded.delete(index)) this.#addToAbove(index); // a trial that resumes it says something
    this.#crashRates.set(index, this.#pointOf(index), fact.outcome === 'failed');
    if (before && hasLoss(before)) this.#ranked.remove(before);
    this.#rankedByIndex[index] = ranked;
    if (hasLoss(ranked)) this.#ranked.add(ranked);
    this.#hasSeveral ||= ranked.losses.length > 1;
  }

  /** Draws the sample from all configurations so far. It waits for an ask, so that a long log is read without kernels that would be removed again. */
  #drawSample(): void {
    const before = this.#sample;
    const sample = new EvenSample(this.results.rungs.configurations.length);
    this.#sample = sample;
    const continues = sample.continues(before);
    if (!continues) {
      this.#above.clear();
      for (const subspace of this.#subspaces) subspace.above = this.#emptyAbove(subspace.supports, sample);
    }
    for (let index = continues ? before.count : 0; index < sample.count; index++) this.#addToAbove(index);
  }

  #emptyAbove(supports: readonly Support[], sample: EvenSample): Parzen {
    return new Parzen(supports, { weights: (indices) => sample.weights(indices) });
  }

  #split(): void {
    const isSimple = !this.#hasSeveral && !this.results.rungs.differ;
    const below = isSimple ? unweighted(this.#ranked.first(belowCount(this.#ranked.size))) : splitTrials(this.#bestFirst());
    const before = this.#below;
    this.#below = below;
    for (const index of below.keys()) this.#removeFromAbove(index);
    for (const index of before.keys()) this.#addToAbove(index);
  }

  /** If budgets differ: all configurations in the order over all budgets, then the infeasible ones. */
  #bestFirst(): readonly RankedTrial[] {
    const { rungs } = this.results;
    const ranked = this.#ranked.items;
    if (!rungs.differ || this.#hasSeveral) return ranked;
    const order = orderOf(rungs.counted).map(
      ({ configuration: { index, top, losses } }): RankedTrial => ({ index, tier: 0, budget: top, losses: losses.get(top)! }),
    );
    const ordered = new Set(order.map(({ index }) => index));
    return [...order, ...ranked.filter(({ index, tier }) => tier === 2 && !ordered.has(index))];
  }

  /** Adds a configuration to g if it belongs there and has no kernel yet. */
  #addToAbove(index: number): void {
    if (!this.#sample.has(index) || this.#above.has(index) || this.#below.has(index) || this.#excluded.has(index)) return;
    this.#above.add(index);
    const point = this.#pointOf(index);
    for (const subspace of this.#subspaces)
      if (exists(this.#axes, subspace.axes, point)) subspace.above.add(index, this.#encode(subspace, point));
  }
  #removeFromAbove(index: number): void {
    if (!this.#above.delete(index)) return;
    const point = this.#pointOf(index);
    for (const { axes, above } of this.#subspaces) if (exists(this.#axes, axes, point)) above.remove(index);
  }
  #pointOf(index: number): Point {
    return this.results.rungs.configurations[index]!.point;
  }
  #encode({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>, point: Point): number[] {
    return axes.map((i, j) => (supports[j]!.cells ? this.#axes[i]!.levels!.of(point[i]!) : point[i]!));
  }

  /**
   * The best of several draws from l, one subspace after the other, since earlier values decide which axes are active.
   *
   * @returns undefined if all draws were suggested before
   */
  best(count: number, { snap }: Domain, rng: Rng, fixed?: Fixed): Candidate | undefined {
    this.#drawSample();
    this.#split();
    const { repeats } = this.results;
    const centre = this.#axes.map(() => 0.5);
    let point: Point = centre;
    let ratio = 0;
    for (const subspace of this.#subspaces) {
      if (!exists(this.#axes, subspace.axes, point)) continue;
      const below = this.#belowDensity(subspace);
      const draws = Array.from({ length: count }, () => this.#withFixed(subspace, below.draw(rng), fixed));
      // With a single subspace, a draw is a whole configuration, so repeats can be left out here.
      const single = this.#subspaces.length === 1;
      const fresh = single ? draws.filter((draw) => !repeats.has(snap(withDraw(subspace, draw, centre)))) : draws;
      if (fresh.length === 0) return undefined;
      const best = bestDraw(below, subspace.above, fresh, (draw) => this.#logSurvival(subspace, draw));
      ratio += best.ratio;
      point = withDraw(subspace, best.draw, point);
    }
    const snapped = snap(point);
    return repeats.has(snapped) ? undefined : { point: snapped, ratio };
  }

  /** Log l(x) / g(x) as `best` compares it, at any point. */
  logRatio(): (point: Point) => number {
    this.#drawSample();
    this.#split();
    const parts = this.#subspaces.map((subspace) => ({ subspace, below: this.#belowDensity(subspace) }));
    return (point) =>
      parts.reduce((sum, { subspace, below }) => {
        if (!exists(this.#axes, subspace.axes, point)) return sum;
        const draw = this.#encode(subspace, point);
        return sum + below.logDensity(draw) + this.#logSurvival(subspace, draw) - subspace.above.logDensity(draw);
      }, 0);
  }

  #logSurvival({ axes }: Subspace, draw: readonly number[]): number {
    return this.#crashRates.any ? axes.reduce((sum, axis, j) => sum + this.#crashRates.logSurvival(axis, draw[j]!), 0) : 0;
  }

  /** A draw with the fixed coordinates in place of its own. */
  #withFixed({ axes, supports }: Subspace, draw: readonly number[], fixed: Fixed | undefined): readonly number[] {
    if (!fixed) return draw;
    return draw.map((x, j) => {
      const coordinate = fixed[axes[j]!];
      if (coordinate === undefined) return x;
      return supports[j]!.cells ? this.#axes[axes[j]!]!.levels!.of(coordinate) : coordinate;
    });
  }

  /** The weights of trials below the split, the best first. If budgets differ, the order is less certain, and all weigh the same. */
  #weightsOf(below: readonly number[]): readonly number[] {
    if (this.results.rungs.differ || this.#hasSeveral) return below.map((index) => this.#below.get(index) ?? 1);
    return rankWeights(below.length);
  }

  #belowDensity({ axes, supports }: Pick<Subspace, 'axes' | 'supports'>): Parzen {
    const below = [...this.#below.keys()].filter((index) => exists(this.#axes, axes, this.#pointOf(index)));
    const weights = this.#weightsOf(below);
    const byAge = below.map((index, rank) => ({ index, weight: weights[rank]! })).sort((a, b) => a.index - b.index);
    const density = new Parzen(supports, {
      clip: this.results.rungs.differ ? scott(below.length, axes.length) / minBandwidth(below.length) : BELOW_CLIP,
      weights: () => Float64Array.from(byAge, ({ weight }) => weight),
    });
    // Numbered from 0: with the indices of configurations, each density would allocate space for all of them.
    for (const [slot, { index }] of byAge.entries()) density.add(slot, this.#encode({ axes, supports }, this.#pointOf(index)));
    return density;
  }
}

/**
 * Groups the axes that exist under the same conditions, parents before children. A trial has all axes of a group or none, so each group has a
 * joint density without imputation (Optuna's `group`).
 */
function subspaces(axes: readonly Axis[]): readonly (readonly number[])[] {
  const conditions: string[] = [];
  for (const { when } of axes)
    conditions.push(when ? `${conditions[when.axis]}/${when.axis}:${[...when.levels].sort((a, b) => a - b)}` : '');
  return [...grouped(axes.keys(), (i) => conditions[i]!).values()];
}
