import type { StrategyEvent, TrialId } from '../../messages.ts';
import { phaseOf, stateIn } from '../../messages.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { FlatRegions } from './flatRegions.ts';
import { SuggestedPoints } from './suggestedPoints.ts';

/** The rate is computed over this many of the latest proposals. */
const WINDOW = 10;
/** Below 1, so that a model that only repeated itself still gets another chance. */
const MAX_RATE = 0.95;

/**
 * Tells a model which points it should not propose again, because the same point or an equivalent one (see `FlatRegions`) was suggested before,
 * and measures how often it proposed equivalent points anyway. A proposal counts as a repeat if its result exactly equals that of a neighbour,
 * so with smooth or noisy losses the rate stays 0. Only proposals with a budget count: at low budgets there are many, and each repeat would take
 * a place in a rung.
 */
export class RepeatTracker {
  readonly #suggested: SuggestedPoints;
  readonly #flatRegions: FlatRegions;
  /** Whether each of the latest proposals was a repeat. */
  readonly #recentRepeats: boolean[] = [];
  /** New configurations that the model proposed and that have no result yet. */
  readonly #awaitingResult = new Set<TrialId>();
  readonly #withBudget = new Set<TrialId>();

  constructor(axes: readonly Axis[]) {
    this.#suggested = new SuggestedPoints(axes);
    this.#flatRegions = new FlatRegions(axes);
  }

  /** @param fact if a report, the trial's first one at a rung */
  take(fact: StrategyEvent): void {
    const { id } = fact;
    if (fact.type === 'reported' && !this.#withBudget.has(id)) return; // without budgets, only final results are compared
    const similarity = this.#flatRegions.take(fact);
    if (fact.type === 'suggested') {
      if (fact.budget !== undefined) this.#withBudget.add(id);
      if (fact.budget !== undefined && fact.resumes === undefined && stateIn(fact.tags, phaseOf(fact.by)) === 'modelling')
        this.#awaitingResult.add(id);
      return this.#suggested.add(fact.point);
    }
    if (fact.type === 'ended') this.#withBudget.delete(id);
    if (!this.#awaitingResult.delete(id) || fact.losses === undefined) return;
    this.#recentRepeats.push(similarity !== 'new');
    if (this.#recentRepeats.length > WINDOW) this.#recentRepeats.shift();
  }

  /** @param point snapped */
  has(point: Point): boolean {
    return this.#suggested.has(point) || this.#flatRegions.has(point);
  }

  /** The probability with which to explore instead of asking the model: twice the share of repeats, at most 0.95. */
  get repeatRate(): number {
    return Math.min(MAX_RATE, (2 * this.#recentRepeats.filter(Boolean).length) / WINDOW);
  }
}
