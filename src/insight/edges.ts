import { type Dimension, valuesOf } from '../space/types/dimension.ts';
import { isRange, type NumberRange } from '../space/types/parameterType.ts';
import type { TrialRow } from '../study/trials.ts';

/** A parameter whose best values lie at an end of its range. */
export interface AtEdge {
  readonly parameter: string;
  readonly end: 'lower' | 'upper';
  /** The bound. */
  readonly bound: number;
  /** How many of the best trials are there. */
  readonly count: number;
  /** Whether the value of the best trial is the bound itself. */
  readonly exact: boolean;
}

/** How many of the best trials are looked at, and how many of them must be at the end, the best one included. */
const TOP = 5;
const AT_END = 3;
/** With fewer results, the best trials are still luck. */
const RESULTS = 20;
/** The part of the axis that counts as its end. */
const NEAR = 0.02;
/** With fewer values, an end is often the best one. */
const VALUES = 10;

/**
 * The parameters whose range may be too narrow: most of the best trials are at the same end of it. Ends that a range has by nature do not count: 0, 1
 * of a share or a probability, and the smallest of a number of things.
 *
 * @param ranked the completed trials, the best first
 * @param results how many trials have completed or were stopped
 */
export function atEdges(
  parameters: Readonly<Record<string, Dimension>>,
  ranked: readonly Pick<TrialRow, 'params'>[],
  results: number,
): AtEdge[] {
  if (results < RESULTS) return [];
  const top = bestConfigurations(ranked);
  if (top.length < TOP) return [];
  return Object.entries(parameters).flatMap(([parameter, dimension]) => {
    const range = valuesOf(dimension);
    if (!isRange(range) || countOf(range) < VALUES) return [];
    const ends = top.map((params) => endAt(range, params[parameter]));
    const [end] = ends;
    const count = ends.filter((other) => other === end).length;
    if (end === undefined || isNatural(range, end) || count < AT_END) return [];
    const bound = end === 'lower' ? range.low : range.high;
    return [{ parameter, end, bound, count, exact: top[0]![parameter] === bound }];
  });
}

/** The first different ones: the page looks for them after each message, and may have very many trials. */
function bestConfigurations(ranked: readonly Pick<TrialRow, 'params'>[]): TrialRow['params'][] {
  const found = new Map<string, TrialRow['params']>();
  for (const { params } of ranked) {
    found.set(JSON.stringify(params), params);
    if (found.size === TOP) break;
  }
  return [...found.values()];
}

/** The same for people, in one sentence. */
export const edgeText = ({ parameter, end, bound, count, exact }: AtEdge): string =>
  `${parameter} of the best trial is ${exact ? '' : 'within 2 % of '}its ${end} bound ${bound}, as in ${count} of the ${TOP} best trials: try a wider range in a new study`;

function endAt({ transform }: NumberRange, value: unknown): AtEdge['end'] | undefined {
  if (typeof value !== 'number') return undefined; // it does not exist in this configuration
  const coordinate = transform.coordinate(value);
  return coordinate <= NEAR ? 'lower' : coordinate >= 1 - NEAR ? 'upper' : undefined;
}

const countOf = ({ low, high, step, whole }: NumberRange): number =>
  step === undefined && !whole ? Number.POSITIVE_INFINITY : Math.floor((high - low) / (step ?? 1)) + 1;

/** Whether a range cannot be wider at this end. */
const isNatural = ({ low, high, whole }: NumberRange, end: AtEdge['end']): boolean =>
  end === 'lower' ? low === 0 || (whole && low === 1) : high === 1 && low >= 0 && !whole;
