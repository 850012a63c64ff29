import type { Env } from '../strategy/env.ts';
import type { Reported, StrategyEvent } from '../strategy/messages.ts';
import { RungResults } from './budgets/rungResults.ts';
import { RepeatTracker } from './duplicates/repeatRate.ts';

/** The facts of a study by configuration: results at each rung, and repeats. */
export class ConfigurationResults {
  readonly rungs: RungResults;
  readonly repeats: RepeatTracker;

  constructor(env: Pick<Env, 'axes' | 'rungs' | 'result'>) {
    this.rungs = new RungResults(env);
    this.repeats = new RepeatTracker(env.axes);
  }

  /** Whether a report adds something, see `RungResults`. */
  isNew(fact: Reported): boolean {
    return this.rungs.isNew(fact);
  }

  /**
   * Adds a fact.
   *
   * @returns the index of the configuration that a suggestion introduces or that an ended trial belongs to; otherwise undefined
   */
  tell(fact: StrategyEvent): number | undefined {
    const known = this.rungs.configurations.length;
    this.rungs.tell(fact);
    this.repeats.tell(fact);
    if (fact.type === 'ended') return this.rungs.of(fact.id)?.index;
    return fact.type === 'suggested' && this.rungs.configurations.length > known ? known : undefined;
  }
}
