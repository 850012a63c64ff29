import { fingerprint } from '../../numeric/fingerprint.ts';
import type { Point } from '../../space/axis.ts';
import type { StrategyEvent, TrialId } from '../../strategy/messages.ts';

/** A result of a trial at a budget. */
export interface CurveResult {
  readonly point: Point;
  /** A fingerprint of all its losses so far, including those of the trials that it resumes. */
  readonly curve: number;
  /** 0 without one. */
  readonly budget: number;
  /** Whether it is the first of its configuration. */
  readonly isFirst: boolean;
  /** Whether an equal result means that two configurations are equivalent. */
  readonly counts: boolean;
}

/** The results of a trial so far. */
interface Curve {
  readonly point: Point;
  curve: number;
  budget: number;
  loss: number;
  /** Whether another trial has the same curve. */
  isEqual: boolean;
}

/** At most this share of the curves that were equal may part later. */
const MAX_PARTED = 0.05;

/**
 * The curves of trials that are exactly equal. At a budget, equal results may be a coincidence: many metrics begin at a constant or are rounded. They
 * count only in a study in which curves that were equal have changed and have stayed equal. A result without a budget is final, and counts.
 */
export class EqualCurves {
  /** By trial. The numbers of trials have no gaps. */
  readonly #curves: (Curve | undefined)[] = [];
  readonly #known = new Set<number>();
  /** The first result that followed each curve at each budget, by a fingerprint of both. */
  readonly #continuations = new Map<number, number>();
  /** How often a later one that followed the same curve has changed in the same way, and how often it differed. */
  #stayed = 0;
  #parted = 0;

  /** @returns the result that the fact adds, if it adds one */
  tell(fact: StrategyEvent): CurveResult | undefined {
    const { id } = fact;
    const before = this.#curves[id];
    if (fact.type === 'suggested') {
      const parent = fact.resumes === undefined ? undefined : this.#curves[fact.resumes];
      this.#curves[id] = parent ? { ...parent, point: fact.point } : { point: fact.point, curve: 0, budget: -1, loss: 0, isEqual: false };
      return undefined;
    }
    const { losses } = fact;
    if (before === undefined || losses === undefined) return undefined;
    if (fact.type === 'ended' && fact.outcome !== 'completed') return undefined; // its last report was compared already
    const given = fact.type === 'reported' ? fact.step : fact.budget;
    const budget = given ?? 0;
    if (before.budget === budget) return undefined;
    const isFirst = before.budget < 0;
    const [loss] = losses as [number];
    const curve = fingerprint([before.curve, budget, ...losses]);
    if (!isFirst) this.#learn(before, curve, budget, loss);
    before.isEqual = this.#known.has(curve);
    before.curve = curve;
    before.budget = budget;
    before.loss = loss;
    this.#known.add(curve);
    return { point: before.point, curve, budget, isFirst, counts: given === undefined || this.persist };
  }

  /** Whether curves that were equal have stayed equal when they changed. */
  get persist(): boolean {
    return this.#stayed > 0 && this.#parted <= MAX_PARTED * (this.#stayed + this.#parted);
  }

  /** Whether a trial repeats another one: their curves are equal, which is no coincidence. */
  repeats(id: TrialId): boolean {
    return this.persist && this.#curves[id]?.isEqual === true;
  }

  #learn(before: Curve, curve: number, budget: number, loss: number): void {
    const key = fingerprint([before.curve, budget]);
    const first = this.#continuations.get(key);
    if (first === undefined) this.#continuations.set(key, curve);
    else if (first !== curve) this.#parted++;
    else if (loss !== before.loss) this.#stayed++;
  }
}
