import { rounded } from '../figures/drawing/format.ts';
import type { ChoiceCost } from '../recommendation/choiceCosts.ts';
import type { Deployed } from '../recommendation/recommendation.ts';
import { BOUND } from '../recommendation/verdict.ts';
import type { Importances } from './importances.ts';

/** A parameter that explains so many times as much as the next one stays the first one with 20 more trials nine times in ten, see docs/benchmarks.md. */
const CLEAR_FACTOR = 3;

/** Whether the results tell which parameter matters most. */
export function isClear({ fanova }: Pick<Importances, 'fanova'>): boolean {
  const [first, second] = byShare(fanova);
  return second !== undefined && fanova[first!]! >= CLEAR_FACTOR * fanova[second]!;
}

/** Which parameter matters most, in words, or that it is not clear yet. Undefined if there is nothing to compare. */
export function whichMatters(found: Pick<Importances, 'fanova'>): string | undefined {
  const [first, second] = byShare(found.fanova);
  if (second === undefined) return undefined;
  return isClear(found) ? `${first} matters most` : 'not yet clear which parameter matters most';
}

/** What tells how much a parameter costs at the configuration to deploy. */
export type Costs = Pick<Deployed<unknown>, 'costs' | 'evidence'>;

/** A parameter may hardly matter if its share is below this even at the upper end of its interval, by both measures. */
const SMALL = 0.05;

/** What another value of a parameter costs, or that it hardly matters, in words; undefined where the results do not tell. */
export function costText(name: string, { intervals }: Pick<Importances, 'intervals'>, { costs, evidence }: Costs): string | undefined {
  const found = costs[name];
  if (found === undefined) return undefined;
  const share = Math.max(...[intervals.fanova, intervals.pedAnova].map((of) => of[name]?.[1] ?? 0));
  const little = Math.max(evidence.noise ?? 0, BOUND * evidence.lead);
  return share < SMALL && found.cost && found.cost.most[1] < little ? 'hardly matters' : choiceCostText(found);
}

function choiceCostText({ value, other, least, cost }: ChoiceCost): string | undefined {
  if (!(least > 0)) return undefined;
  const instead = `worse with ${rounded(other, 3)} instead of ${rounded(value, 3)}`;
  if (!cost) return `more than ${rounded(least, 2)} ${instead}`;
  return `${rounded(cost.mean, 2)} ${instead} (${cost.most.map((end) => rounded(end, 2)).join(' to ')})`;
}

/** The parameters, the most important first. */
export const byShare = (shares: Importances['fanova']): string[] => Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
