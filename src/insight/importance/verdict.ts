import type { Importances } from './importances.ts';

/** With more names, the answer would be useless. */
const LISTED = 3;

/** Which parameter matters most, or which ones may: those whose intervals reach that of the first. Undefined if there is nothing to compare. */
export function verdictOn({ fanova, intervals }: Pick<Importances, 'fanova' | 'intervals'>): string | undefined {
  const [first, ...others] = byShare(fanova);
  if (first === undefined || others.length === 0) return undefined;
  const [low] = intervals.fanova[first]!;
  const rivals = others.filter((name) => intervals.fanova[name]![1] >= low);
  if (rivals.length === 0) return `${first} explains more of the variation than any other parameter`;
  const names = [first, ...rivals];
  const which = names.length > LISTED ? `which of ${names.length} parameters matters most` : `which matters most: ${names.join(', ')}`;
  return `the results are too few or too similar to tell ${which}`;
}

/** The parameters, the most important first. */
export const byShare = (shares: Importances['fanova']): string[] => Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!);
