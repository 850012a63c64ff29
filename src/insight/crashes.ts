import { failureKind, isTelling } from '../ledger/failures.ts';
import { grouped } from '../numeric/grouped.ts';
import { type Dimension, valuesOf } from '../space/types/dimension.ts';
import { isRange } from '../space/types/parameterType.ts';
import { isSameValue, valueKey, valueText } from '../space/value.ts';
import type { TrialRow } from '../study/trials.ts';
import { formatNumber } from './figures/drawing/format.ts';

/** Configurations that crash in the same way, by one parameter. */
export interface CrashRegion {
  readonly parameter: string;
  readonly relation: '=' | '>=' | '<=';
  readonly value: unknown;
  /** How many trials with such a configuration crashed, and how many have ended. */
  readonly crashed: number;
  readonly ended: number;
  /** How many trials crashed in all, in any way. */
  readonly crashes: number;
  /** The message of the last one. */
  readonly message: string;
}

/** Fewer crashes may be a coincidence. */
const FEWEST_CRASHES = 3;
/** The least share of the trials of a region that crash, and of the crashes that it covers. */
const LEAST_SHARE = 0.75;
/** The least difference in log likelihood to equal rates of crashes on both sides of a threshold, as many thresholds are tried. */
const EVIDENCE = 4;
/** Of more trials, only the latest count: the page computes this often. */
const MOST_TRIALS = 1000;
/** The most thresholds that are tried. */
const THRESHOLDS = 32;
/** The most regions. */
const REGIONS = 3;

type Row = Pick<TrialRow, 'params' | 'status' | 'reason' | 'message' | 'uncounted'>;

/** Where trials crash: for each kind of failure, the value of a choice or the part of a range that explains it best. */
export function crashRegions(parameters: Readonly<Record<string, Dimension>>, rows: readonly Row[]): CrashRegion[] {
  const ended = latestEnded(rows);
  const all = ended.filter(isCrash);
  const regions = kindsOf(all).flatMap((crashes) => {
    if (crashes.length < FEWEST_CRASHES) return [];
    const found = Object.entries(parameters).flatMap(([name, dimension]) => regionsOf(name, dimension, crashes, ended));
    const [best] = found.sort((a, b) => b.evidence - a.evidence);
    return best ? [{ ...best.region, crashes: all.length, message: `${crashes.at(-1)!.message ?? crashes.at(-1)!.reason}` }] : [];
  });
  return regions.sort((a, b) => b.crashed - a.crashed).slice(0, REGIONS);
}

/** The same for people, in one line. */
export const crashText = ({ parameter, relation, value, crashed, ended, crashes, message }: CrashRegion): string => {
  const shown = typeof value === 'number' ? formatNumber(value) : valueText(value);
  const count = crashed === ended ? `all ${ended}` : `${crashed} of ${ended}`;
  const others = crashes > crashed ? ` (${crashes} failures in all)` : '';
  return `${count} trials with ${parameter} ${relation} ${shown} failed: ${message}${others}`;
};

const isCrash = ({ status, reason, uncounted }: Row): boolean =>
  status === 'failed' && !uncounted && isTelling({ reason: reason as 'error' });

function latestEnded(rows: readonly Row[]): Row[] {
  const ended: Row[] = [];
  for (let i = rows.length - 1; i >= 0 && ended.length < MOST_TRIALS; i--) {
    const row = rows[i]!;
    if (row.status === 'completed' || row.status === 'stopped' || isCrash(row)) ended.push(row);
  }
  return ended.reverse();
}

/** Failed trials, in groups that failed alike. */
const kindsOf = (crashes: readonly Row[]): Row[][] => [...grouped(crashes, failureKind).values()];

interface Found {
  readonly region: Omit<CrashRegion, 'message' | 'crashes'>;
  readonly evidence: number;
}

function regionsOf(parameter: string, dimension: Dimension, crashes: readonly Row[], ended: readonly Row[]): Found[] {
  const values = valuesOf(dimension);
  if (!isRange(values) && values.length < 2) return []; // no other value can be tried
  const crashed = crashes.flatMap(({ params }) => (Object.hasOwn(params, parameter) ? [params[parameter]] : []));
  const crashing = [...new Map(crashed.map((value) => [valueKey(value), value])).values()];
  const candidates = isRange(values) ? spread(crashing as number[]) : crashing;
  const relations = isRange(values) ? (['>=', '<='] as const) : (['='] as const);
  return candidates.flatMap((value) =>
    relations.flatMap((relation): Found[] => {
      const within = (rows: readonly Row[]) =>
        rows.filter(({ params }) => Object.hasOwn(params, parameter) && holds(params[parameter], relation, value)).length;
      const crashed = within(crashes);
      if (crashed < FEWEST_CRASHES || crashed < LEAST_SHARE * crashes.length) return [];
      const inside = within(ended);
      if (crashed < LEAST_SHARE * inside) return [];
      const evidence =
        logLikelihood(crashed, inside) +
        logLikelihood(crashes.length - crashed, ended.length - inside) -
        logLikelihood(crashes.length, ended.length);
      // All crashes may have the value of a choice that was never tried without it: such a choice is reported, too.
      if (evidence < (relation === '=' && inside === ended.length ? 0 : EVIDENCE)) return [];
      return [{ region: { parameter, relation, value, crashed, ended: inside }, evidence }];
    }),
  );
}

/** Some numbers of many, evenly spread, with both ends. */
function spread(numbers: readonly number[]): number[] {
  const sorted = numbers.toSorted((a, b) => a - b);
  if (sorted.length <= THRESHOLDS) return sorted;
  return Array.from({ length: THRESHOLDS }, (_, k) => sorted[Math.round((k * (sorted.length - 1)) / (THRESHOLDS - 1))]!);
}

const holds = (value: unknown, relation: CrashRegion['relation'], bound: unknown): boolean =>
  relation === '='
    ? isSameValue(value, bound)
    : relation === '>='
      ? (value as number) >= (bound as number)
      : (value as number) <= (bound as number);

/** The log likelihood of so many crashes among trials that crash at the same rate. */
const logLikelihood = (crashes: number, trials: number): number =>
  [crashes, trials - crashes].reduce((sum, count) => sum + (count === 0 ? 0 : count * Math.log(count / trials)), 0);
