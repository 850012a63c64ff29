import { fingerprint } from '../../numeric/fingerprint.ts';
import type { StrategyEvent, TrialId } from '../../strategy/messages.ts';

/** The losses of a configuration so far. */
interface Curve {
  /** The first trial of the configuration. */
  readonly root: TrialId;
  /** One number for all losses and their steps. */
  readonly fingerprint: number;
  /** The number of losses. */
  readonly length: number;
  readonly step: number;
  /** The different values among the first losses, up to as many as are needed. */
  readonly values: readonly number[];
}

/** So many equal losses, of so many different values, are no coincidence: many metrics begin at a constant or are rounded. */
const FEWEST_EQUAL = { losses: 5, values: 3 };

const extended = (values: readonly number[], loss: number): readonly number[] =>
  values.length >= FEWEST_EQUAL.values || values.includes(loss) ? values : [...values, loss];

/**
 * Detects equivalent trials: two configurations that train the same model, because a parameter has no effect or acts in steps. All their losses, step
 * by step, are equal: at least five, which have at least three different values. The second one would take a place in a rung and teach nothing.
 */
export class EquivalentTrials {
  /** By trial. The numbers of trials have no gaps. */
  readonly #curves: (Curve | undefined)[] = [];
  /** The first configuration with each curve. */
  readonly #rootByFingerprint = new Map<number, TrialId>();

  /**
   * Adds a fact.
   *
   * @returns whether the losses of its trial so far equal those of an earlier configuration
   */
  tell(fact: StrategyEvent): boolean {
    const { id } = fact;
    if (fact.type === 'suggested') {
      const before = fact.resumes === undefined ? undefined : this.#curves[fact.resumes];
      this.#curves[id] = before ?? { root: id, fingerprint: 0, length: 0, step: 0, values: [] };
      return false;
    }
    const before = this.#curves[id];
    const { losses } = fact;
    if (before === undefined || losses === undefined) return false;
    const step =
      fact.type === 'ended' && fact.outcome === 'completed' ? (fact.budget ?? Number.POSITIVE_INFINITY) : (fact.step ?? before.step);
    const curve =
      step > before.step
        ? {
            root: before.root,
            fingerprint: fingerprint([before.fingerprint, step, ...losses]),
            length: before.length + 1,
            step,
            values: extended(before.values, losses[0]!),
          }
        : before;
    this.#curves[id] = curve;
    if (curve.length < FEWEST_EQUAL.losses || curve.values.length < FEWEST_EQUAL.values) return false;
    const first = this.#rootByFingerprint.get(curve.fingerprint);
    if (first === undefined) this.#rootByFingerprint.set(curve.fingerprint, curve.root);
    return first !== undefined && first !== curve.root;
  }
}
