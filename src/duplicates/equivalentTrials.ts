import type { StrategyEvent, TrialId } from '../messages.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import type { Axis } from '../space/axis.ts';
import { Steps } from './flatRegions.ts';

/** All losses so far of a configuration, as one number, and how many there are. */
interface Curve {
  /** The first trial of the configuration. */
  readonly root: TrialId;
  readonly print: number;
  readonly heard: number;
  readonly step: number;
}

/** Fewer equal losses may be chance: many values are coarse. */
const ENOUGH = 3;

/**
 * Detects twins: configurations that are one model under two names, because a parameter has no effect or acts in steps. Two configurations are
 * twins if all their losses, step by step, are equal (at least three), or if they are neighbours that ended with the same result. The second
 * one would fill a place in a rung and teach nothing, and a model behind a scheduler proposes many of them.
 */
export class Twins {
  readonly #steps: Steps;
  readonly #curves = new Map<TrialId, Curve>();
  /** The root of the first configuration that had these losses. */
  readonly #known = new Map<number, TrialId>();

  constructor(axes: readonly Axis[]) {
    this.#steps = new Steps(axes);
  }

  /**
   * Takes a fact in.
   *
   * @param compares false for a report at a step at which others did not report, or of no interest
   * @returns whether the losses of its trial, so far, equal those of an earlier configuration.
   */
  take(told: StrategyEvent, compares = true): boolean {
    const { id } = told;
    const same = compares && this.#steps.take(told) === 'same';
    if (told.type === 'suggested') {
      const before = told.resumes === undefined ? undefined : this.#curves.get(told.resumes);
      this.#curves.set(id, before ?? { root: id, print: 0, heard: 0, step: 0 });
      return false;
    }
    const before = this.#curves.get(id);
    const { losses } = told;
    if (before === undefined || losses === undefined) return false;
    const step =
      told.type === 'ended' && told.outcome === 'completed' ? (told.budget ?? Number.POSITIVE_INFINITY) : (told.step ?? before.step);
    const curve =
      step > before.step ? { ...before, print: fingerprint([before.print, step, ...losses]), heard: before.heard + 1, step } : before;
    this.#curves.set(id, curve);
    if (curve.heard < ENOUGH) return same;
    const first = this.#known.get(curve.print);
    if (first === undefined) this.#known.set(curve.print, curve.root);
    return first !== undefined && first !== curve.root;
  }
}
