import { cut, formatNumber, rounded, sentence } from '../../insight/figures/drawing/format.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { ShareInterval } from '../../insight/importance/shares.ts';
import { type Costs, costText } from '../../insight/importance/whatMatters.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { ownValue } from '../../schema/ownValue.ts';
import { type Dimension, valuesOf } from '../../space/types/dimension.ts';
import { isRange } from '../../space/types/parameterType.ts';
import { valueKey } from '../../space/value.ts';
import type { TrialRow } from '../../study/trials.ts';

/** What the results show about a parameter. */
export interface ParameterFinding {
  readonly name: string;
  /** Its share of the variation, from 0 to 1. */
  readonly share: number;
  /** Where the share lies, as a 90 % interval. */
  readonly interval: ShareInterval;
  /** What another value costs. */
  readonly cost?: string;
  /** Where the best trials lie. */
  readonly text?: string;
}

/** The fewest best trials that lessons use; otherwise a tenth of all. */
const FEWEST_TRIALS = 5;
/** The fewest results for lessons. */
export const FEWEST_RESULTS = 15;
/** The lesson of a constant, which explains nothing. */
const NONE: ShareInterval = [0, 0];

/** What the results show about each parameter, the most important first. @param ranked the trials with a result, the best first */
export function lessons(
  parameters: readonly (readonly [string, Dimension])[],
  ranked: readonly TrialRow[],
  shares: Pick<Importances, 'fanova' | 'intervals'>,
  costs: Costs | undefined,
): ParameterFinding[] {
  const top = ranked.length < FEWEST_RESULTS ? [] : ranked.slice(0, Math.max(FEWEST_TRIALS, Math.ceil(ranked.length / 10)));
  return parameters
    .map(([name, dimension]) => {
      const { fanova, intervals } = shares;
      const cost = costs && costText(name, shares, costs);
      return omitUndefined({
        name,
        share: fanova[name] ?? 0,
        interval: intervals.fanova[name] ?? NONE,
        cost: cost && sentence(cut(cost, 200)),
        text: textOf(name, dimension, top),
      });
    })
    .sort((a, b) => b.share - a.share);
}

function textOf(name: string, dimension: Dimension, top: readonly TrialRow[]): string | undefined {
  const found = top.map(({ params }) => ownValue(params, name)).filter((value) => value !== undefined);
  if (found.length < FEWEST_TRIALS) return undefined;
  const values = valuesOf(dimension);
  const numbers = found.filter((value) => typeof value === 'number');
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (!isRange(values) || numbers.length < found.length || low === high) return mostOf(found);
  return `The ${numbers.length} best lie between ${rounded(low, 3)} and ${rounded(high, 3)}.`;
}

/** The most frequent value. */
function mostOf(found: readonly unknown[]): string {
  const counts = new Map<string, [value: unknown, count: number]>();
  for (const value of found) counts.set(valueKey(value), [value, (counts.get(valueKey(value))?.[1] ?? 0) + 1]);
  const [value, count] = [...counts.values()].reduce((most, one) => (one[1] > most[1] ? one : most));
  return `${count === found.length ? 'All' : `${count} of the`} ${found.length} best use ${cut(formatNumber(value), 30)}.`;
}
