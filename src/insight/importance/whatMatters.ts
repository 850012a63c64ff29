import type { Importances } from './importances.ts';

/** A parameter that explains so many times as much as the next one stays the first one with 20 more trials nine times in ten, see docs/benchmarks.md. */
const AHEAD = 3;

/** Whether the results tell which parameter matters most. */
export function isClear({ fanova }: Pick<Importances, 'fanova'>): boolean {
  const [first, second] = byShare(fanova);
  return second !== undefined && fanova[first!]! >= AHEAD * fanova[second]!;
}

/** Which parameter matters most, in words, or that it is not clear yet. Undefined if there is nothing to compare. */
export function whichMatters(found: Pick<Importances, 'fanova'>): string | undefined {
  const [first, second] = byShare(found.fanova);
  if (second === undefined) return undefined;
  return isClear(found) ? `${first} matters most` : 'not yet clear which parameter matters most';
}

/** The parameters, the most important first. */
export const byShare = (shares: Importances['fanova']): string[] => Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
