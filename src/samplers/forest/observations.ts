import type { Point } from '../../space/axis.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ended, StrategyEvent } from '../../strategy/messages.ts';
import { normalScores, orderOf } from '../budgets/order.ts';
import { ConfigurationResults } from '../configurationResults.ts';
import { rankTrial } from '../rankedTrial.ts';

/** A configuration and its result so far. */
export interface ForestObservation {
  readonly point: Point;
  /** Infinity if the trial has none. */
  readonly budget: number;
  /** Undefined while the trial is open, or if it was stopped before its first report. `infeasible` if it failed or violates a constraint. */
  readonly loss?: number | 'infeasible' | undefined;
}

/** The observations of a forest, kept up to date with each fact. */
export class ForestObservations {
  readonly results: ConfigurationResults;
  readonly #byConfiguration: (ForestObservation | undefined)[] = [];
  /** How many trials were suggested plus how many ended. It keys the randomness of a fit, which reports leave as it is. */
  transitions = 0;

  constructor(env: Env) {
    this.results = new ConfigurationResults(env);
  }

  tell(fact: StrategyEvent): void {
    const index = this.results.tell(fact);
    if (fact.type === 'reported') return;
    this.transitions++;
    if (index === undefined) return;
    if (fact.type === 'ended') this.#learn(index, fact);
    else this.#byConfiguration.push({ point: fact.point, budget: fact.budget ?? Number.POSITIVE_INFINITY });
  }

  #learn(index: number, fact: Ended): void {
    const ranked = rankTrial(index, fact);
    if (ranked) {
      const { tier, budget, losses } = ranked;
      const loss = tier === 2 ? 'infeasible' : Number.isFinite(losses[0]) ? losses[0]! : undefined;
      this.#byConfiguration[index] = { point: fact.point, budget: tier < 2 ? budget : Number.POSITIVE_INFINITY, loss };
    } else if (this.#byConfiguration[index]?.loss === undefined) this.#byConfiguration[index] = undefined;
  }

  /** If budgets differ, the loss of a configuration is the normal score of its rank over all budgets (see `orderOf`). */
  all(): readonly ForestObservation[] {
    const { rungs } = this.results;
    if (!rungs.differ) return this.#byConfiguration.filter((observation) => observation !== undefined);
    const scores = normalScores(orderOf(rungs.counted));
    return this.#byConfiguration.flatMap((observation, index) => {
      const score = scores.get(rungs.configurations[index]!);
      if (observation === undefined || (score === undefined && typeof observation.loss === 'number')) return [];
      return { point: observation.point, budget: Number.POSITIVE_INFINITY, loss: score ?? observation.loss };
    });
  }
}
