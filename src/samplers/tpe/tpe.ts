import type { Ended, Env, Reported, Suggested } from '../../messages.ts';
import { History } from '../../numeric/history.ts';
import { randomSequence } from '../random.ts';
import type { Surrogate } from '../surrogate.ts';
import { Evidence } from './observations.ts';

export interface TpeSettings {
  /** How many trials are handed out before the first model, at least half of them with results by then. Default: 10. */
  readonly startup: number;
  /** How many draws from the density of the good trials compete for each proposal. Default: 24. */
  readonly candidates: number;
  /** Weight of the prior belief in each density, against 1 for a recent trial. Default: 1. */
  readonly priorWeight: number;
}

/** All that was told. What follows from it is computed when it is asked for, and kept beside. */
export interface TpeState {
  readonly facts: History<Suggested | Reported | Ended>;
  readonly handedOut: number;
  readonly results: number;
  /** Where the draws without a model stand. */
  readonly draws: unknown;
}

/** How often a proposal that was handed out before is drawn anew. */
const REDRAWS = 4;

/**
 * The tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011, section 4): proposes where the density l of the good trials is high
 * against the density g of the others, which is where the expected improvement over the quantile between them is high.
 */
export function tpeSurrogate(env: Env, { startup, candidates, priorWeight }: TpeSettings): Surrogate<TpeState> {
  const random = randomSequence(env);
  const evidenceOf = History.folding(
    () => new Evidence(env, priorWeight),
    (evidence, fact: Suggested | Reported | Ended) => evidence.take(fact),
  );

  return {
    start: { facts: History.of(), handedOut: 0, results: 0, draws: random.start },
    expect: (state, fact) => ({
      ...state,
      facts: state.facts.push(fact),
      handedOut: state.handedOut + 1,
      draws: random.concerns(fact) ? random.fold(state.draws, fact) : state.draws,
    }),
    learn: (state, fact) => ({
      ...state,
      facts: state.facts.push(fact),
      results: state.results + (fact.outcome === 'failed' ? 0 : 1),
    }),
    report: (state, fact) => (evidenceOf(state.facts).isNew(fact) ? { ...state, facts: state.facts.push(fact) } : state),
    // Parallel trials need not all be over: the first results of many at once are worth following.
    ready: ({ handedOut, results }) => handedOut >= startup && 2 * results >= startup,
    explore: ({ draws }, ask) => random.at(draws, ask),
    propose({ facts, draws }, ask, rng) {
      const evidence = evidenceOf(facts);
      if (rng() < evidence.repeats.repeatRate) return random.at(draws, ask);
      for (let k = 0; k <= REDRAWS; k++) {
        const candidate = evidence.best(candidates, env, rng);
        if (candidate === undefined) continue;
        const { point, ratio } = candidate;
        if (!Number.isFinite(ratio)) return undefined;
        return { point, tags: { acquisition: ratio.toPrecision(5) } };
      }
      return random.at(draws, ask);
    },
  };
}
