import { fingerprint } from '../../numeric/fingerprint.ts';
import { type Axis, active, type Point } from '../../space/axis.ts';
import type { StrategyEvent, TrialId } from '../../strategy/messages.ts';
import { isModelled } from '../surrogate.ts';
import { EqualCurves } from './equalCurves.ts';
import { FlatRegions } from './flatRegions.ts';
import { NearRepeats } from './nearRepeats.ts';

/** The rate is computed over this many of the latest proposals. */
const WINDOW = 10;
/** Below 1, so that a model that only repeated itself still gets another chance. */
const MAX_RATE = 0.95;

/**
 * Tells a model which points it should not propose again, because the same point or an equivalent one (see `FlatRegions` and `NearRepeats`) was suggested
 * before, and measures how often it proposed equivalent points anyway. A proposal counts as a repeat if its results exactly equal those of another trial,
 * and this is no coincidence (see `EqualCurves`). Only proposals with a budget count: at low budgets there are many, and each repeat would take a place in
 * a rung.
 */
export class RepeatTracker {
  readonly #suggested: SuggestedPoints;
  readonly #curves = new EqualCurves();
  readonly #flatRegions: FlatRegions;
  readonly #near: NearRepeats;
  /** The latest proposals of the model that have a result. */
  readonly #recent: TrialId[] = [];
  /** New configurations that the model proposed and that have no result yet. */
  readonly #awaitingResult = new Set<TrialId>();
  readonly #withBudget = new Set<TrialId>();

  constructor(axes: readonly Axis[]) {
    this.#suggested = new SuggestedPoints(axes);
    this.#flatRegions = new FlatRegions(axes);
    this.#near = new NearRepeats(axes);
  }

  /** @param fact if a report, the trial's first one at a rung */
  tell(fact: StrategyEvent): void {
    const { id } = fact;
    if (fact.type === 'reported' && !this.#withBudget.has(id)) return; // without budgets, only final results are compared
    const result = this.#curves.tell(fact);
    if (result) this.#flatRegions.take(result);
    if (result?.isFirst && this.#withBudget.has(id)) this.#near.take(result);
    if (fact.type === 'suggested') {
      if (fact.budget !== undefined) this.#withBudget.add(id);
      if (fact.budget !== undefined && fact.resumes === undefined && isModelled(fact)) this.#awaitingResult.add(id);
      this.#flatRegions.add(fact.point);
      return this.#suggested.add(fact.point);
    }
    if (fact.type === 'ended') this.#withBudget.delete(id);
    if (!this.#awaitingResult.delete(id) || fact.losses === undefined) return;
    this.#recent.push(id);
    if (this.#recent.length > WINDOW) this.#recent.shift();
  }

  /** @param point snapped */
  has(point: Point): boolean {
    return this.#suggested.has(point) || this.#flatRegions.has(point) || (this.#curves.persist && this.#near.has(point));
  }

  /** The probability with which to explore instead of asking the model: twice the share of repeats, at most 0.95. */
  get repeatRate(): number {
    return Math.min(MAX_RATE, (2 * this.#recent.filter((id) => this.#curves.repeats(id)).length) / WINDOW);
  }
}

/** The configurations suggested so far, where a repeat is possible: those whose active axes all have finitely many values. */
class SuggestedPoints {
  readonly #axes: readonly Axis[];
  readonly #keys = new Set<number>();

  constructor(axes: readonly Axis[]) {
    this.#axes = axes;
  }

  add(point: Point): void {
    if (this.#canRepeat(point)) this.#keys.add(fingerprint(point));
  }

  /** @param point snapped */
  has(point: Point): boolean {
    return this.#keys.size > 0 && this.#canRepeat(point) && this.#keys.has(fingerprint(point));
  }

  #canRepeat(point: Point): boolean {
    if (this.#axes.some(({ levels, when }) => !levels && !when)) return false;
    const on = active(this.#axes, point);
    return this.#axes.every(({ levels }, i) => levels || !on[i]);
  }
}
