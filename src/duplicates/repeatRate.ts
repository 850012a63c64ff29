import type { StrategyEvent, TrialId } from '../messages.ts';
import type { Axis, Point } from '../space/axis.ts';
import { Steps } from './flatRegions.ts';
import { Seen } from './suggestedPoints.ts';

/** So many of the last proposals of a model are looked at. */
const WINDOW = 10;
/** A model that only repeated itself is asked again now and then. */
const MOST = 0.95;

/**
 * What a model should not propose again, under the same name or, where parameters act in steps, under another; and how often it did so
 * nevertheless, as its results show, which are exactly those of a neighbour. Where losses are smooth or noisy, never. At low budgets proposals
 * are many, and repetitions would take the places of others in the rungs.
 */
export class Repetition {
  readonly #seen: Seen;
  readonly #steps: Steps;
  /** Of the last proposals of the model at some budget, whether each was a repetition. */
  readonly #last: boolean[] = [];
  /** New configurations with a budget, proposed by the model, of which nothing has been heard. */
  readonly #unheard = new Set<TrialId>();
  readonly #budgeted = new Set<TrialId>();

  constructor(axes: readonly Axis[]) {
    this.#seen = new Seen(axes);
    this.#steps = new Steps(axes);
  }

  /** @param fact of reports, the first at a rung alone */
  take(fact: StrategyEvent): void {
    const { id } = fact;
    if (fact.type === 'reported' && !this.#budgeted.has(id)) return; // where all train for as long, the end says all
    const likeness = this.#steps.take(fact);
    if (fact.type === 'suggested') {
      if (fact.budget !== undefined) this.#budgeted.add(id);
      if (fact.budget !== undefined && fact.resumes === undefined && fact.tags?.acquisition !== undefined) this.#unheard.add(id);
      return this.#seen.add(fact.point);
    }
    if (fact.type === 'ended') this.#budgeted.delete(id);
    if (!this.#unheard.delete(id) || fact.losses === undefined) return;
    this.#last.push(likeness !== 'new');
    if (this.#last.length > WINDOW) this.#last.shift();
  }

  /** @param point snapped */
  has(point: Point): boolean {
    return this.#seen.has(point) || this.#steps.has(point);
  }

  /** How often something else should be proposed: always but for now and then, once half of what the model proposed was known. */
  get tedium(): number {
    return Math.min(MOST, (2 * this.#last.filter(Boolean).length) / WINDOW);
  }
}
