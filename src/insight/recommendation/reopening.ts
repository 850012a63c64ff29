import type { CloseReason, Limits, Values } from '../../facts/facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { metricsSpent } from '../../ledger/spending.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import { rounded } from '../figures/drawing/format.ts';

/** What a study has ended by, if it has, and what its trials have cost. */
export interface EndAndCost {
  readonly closed?: CloseReason | undefined;
  readonly limits: Limits;
  /** In steps. */
  readonly cost: number;
  /** The sums of metrics. */
  readonly spent: Values;
}

export const endOf = <P>({ closed, settings, results }: Pick<Ledger<P>, 'closed' | 'settings' | 'results'>): EndAndCost => ({
  closed,
  limits: settings.limits,
  cost: results.cost,
  spent: results.spent,
});

/** So many more trials are advised at once. */
export const MORE_TRIALS = 20;

/** Twice an amount, in two digits: more than the amount, also rounded. */
const twice = (amount: number): string => rounded(2 * amount, 2);

/**
 * The options of `change` that reopen a study: a higher limit of what ended it.
 *
 * @returns undefined if none helps, since every configuration has been tried, or the study has not closed; if none is needed, since the seconds begin
 * again with each run; and after the target, since only people know a better one
 */
export function reopening({ closed, limits, cost, spent }: EndAndCost): string | undefined {
  switch (closed) {
    case 'trials':
    case 'plateau':
    case 'person':
      return `--trials +${MORE_TRIALS}`;
    case 'cost':
      return `--cost ${twice(cost)}`;
    case 'spend': {
      const metrics = metricsSpent(limits, spent);
      return `--spend ${metrics.map((name) => shellQuoted(`${name}=${twice(spent[name] ?? 0)}`)).join(' ')}`;
    }
    default:
      return undefined;
  }
}
