import type { Ask, Ended, Suggested } from '../messages.ts';
import { History } from '../numeric/history.ts';
import type { Rng } from '../numeric/random.ts';
import type { Domain, Point } from '../space/axis.ts';
import { drawUnseen } from './seen.ts';
import type { Reasoned, Surrogate } from './surrogate.ts';
import { Evidence } from './tpeEvidence.ts';

/** How `tpe` searches; all have defaults. */
export interface TpeOptions {
  /** Results before the first model. 10. */
  readonly startup?: number;
  /** Draws from the density of the good trials that compete for each proposal. 24. */
  readonly candidates?: number;
  /** How many of n trials count as good. `min(ceil(n / 10), 25)`. */
  readonly gamma?: (n: number) => number;
  /** Weight of the prior component, against 1 for a recent trial. 1. */
  readonly priorWeight?: number;
}

/** A fold over what was told; everything else follows from it. */
export interface TpeState {
  readonly facts: History<Suggested | Ended>;
  readonly results: number;
}

/** How often a proposal that was handed out before is drawn anew. */
const REDRAWS = 4;

/**
 * The tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011, section 4): proposes where the density l of the good trials is high
 * against the density g of the others, which is where the expected improvement over the quantile between them is high.
 *
 * Open trials count among the others, so that parallel proposals keep away from them.
 */
export function tpeSurrogate(domain: Domain, options: TpeOptions = {}): Surrogate<TpeState> {
  const { startup = 10, candidates = 24, gamma = (n) => Math.min(Math.ceil(0.1 * n), 25), priorWeight = 1 } = options;
  const evidenceOf = History.folding(
    () => new Evidence(domain.axes, gamma, priorWeight),
    (evidence, fact: Suggested | Ended) => evidence.take(fact),
  );

  const tell = ({ facts, results }: TpeState, fact: Suggested | Ended): TpeState => ({
    facts: facts.push(fact),
    results: fact.type === 'ended' && fact.outcome !== 'failed' ? results + 1 : results,
  });

  return {
    initial: { facts: History.of(), results: 0 },
    expect: tell,
    learn: tell,
    ready: ({ results }) => results >= startup,
    explore: ({ facts }, _ask: Ask, rng: Rng): Point | undefined => drawUnseen(domain, evidenceOf(facts).seen, rng),
    propose({ facts }, _ask: Ask, rng: Rng): Reasoned | undefined {
      const evidence = evidenceOf(facts);
      for (let k = 0; k <= REDRAWS; k++) {
        const { point, ratio } = evidence.best(candidates, domain, rng);
        if (!Number.isFinite(ratio)) return undefined;
        if (!evidence.seen.has(point)) return { point, tags: { acquisition: ratio.toPrecision(5) } };
      }
      const point = drawUnseen(domain, evidence.seen, rng);
      return point && { point, tags: { acquisition: 'unseen' } };
    },
  };
}
