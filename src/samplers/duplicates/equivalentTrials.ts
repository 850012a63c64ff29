import type { StrategyEvent, TrialId } from '../../messages.ts';
import { fingerprint } from '../../numeric/fingerprint.ts';
import type { Axis } from '../../space/axis.ts';
import { FlatRegions } from './flatRegions.ts';

/** The losses of a configuration so far. */
interface Curve {
  /** The first trial of the configuration. */
  readonly root: TrialId;
  /** One number for all losses and their steps. */
  readonly fingerprint: number;
  /** The number of losses. */
  readonly length: number;
  readonly step: number;
}

/** Shorter curves may be equal by chance: many metrics take few values. */
const MIN_LENGTH = 3;

/**
 * Detects equivalent trials: two configurations that train the same model, because a parameter has no effect or acts in steps. They are
 * equivalent if all their losses, step by step, are equal (at least three), or if they are neighbours with equal results (see `FlatRegions`).
 * The second one would take a place in a rung and teach nothing, and a model behind a scheduler proposes many of them.
 */
export class EquivalentTrials {
  readonly #flatRegions: FlatRegions;
  /** By trial. The numbers of trials have no gaps. */
  readonly #curves: (Curve | undefined)[] = [];
  /** The first configuration with each curve. */
  readonly #rootByFingerprint = new Map<number, TrialId>();

  constructor(axes: readonly Axis[]) {
    this.#flatRegions = new FlatRegions(axes);
  }

  /**
   * Adds a fact.
   *
   * @param compares false for a report at a step at which trials are not compared
   * @returns whether the losses of its trial so far equal those of an earlier configuration
   */
  take(told: StrategyEvent, compares = true): boolean {
    const { id } = told;
    const same = compares && this.#flatRegions.take(told) === 'same';
    if (told.type === 'suggested') {
      const before = told.resumes === undefined ? undefined : this.#curves[told.resumes];
      this.#curves[id] = before ?? { root: id, fingerprint: 0, length: 0, step: 0 };
      return false;
    }
    const before = this.#curves[id];
    const { losses } = told;
    if (before === undefined || losses === undefined) return false;
    const step =
      told.type === 'ended' && told.outcome === 'completed' ? (told.budget ?? Number.POSITIVE_INFINITY) : (told.step ?? before.step);
    const curve =
      step > before.step
        ? { root: before.root, fingerprint: fingerprint([before.fingerprint, step, ...losses]), length: before.length + 1, step }
        : before;
    this.#curves[id] = curve;
    if (curve.length < MIN_LENGTH) return same;
    const first = this.#rootByFingerprint.get(curve.fingerprint);
    if (first === undefined) this.#rootByFingerprint.set(curve.fingerprint, curve.root);
    return first !== undefined && first !== curve.root;
  }
}
