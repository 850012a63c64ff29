import type { ObjectiveSpec } from '../../facts/facts.ts';
import { lossOf } from '../../ledger/settings.ts';
import type { TrialRow } from '../../study/trials.ts';

/** The gain of the search so far, in one objective. */
export interface Gain {
  readonly best: TrialRow;
  /** The first trial with a result at the budget of the best. */
  readonly first: TrialRow;
  /** By how much the best loss is lower than the first, as a share of the first; undefined if the first is 0. */
  readonly share?: number | undefined;
  /** The number of results of trials that began after the best one. Stopped early, they may have ended before it. */
  readonly since: number;
}

/** The gain of the best trial. @param ranked the trials with a result, the best first: only those at its budget are compared */
export function gainOf(ranked: readonly TrialRow[], rows: readonly TrialRow[], objective: ObjectiveSpec): Gain | undefined {
  const [best] = ranked;
  if (best === undefined) return undefined;
  const peers = ranked.filter(({ budget }) => budget === best.budget);
  const first = peers.reduce((earliest, row) => (row.trial < earliest.trial ? row : earliest));
  const [from, to] = [first, best].map(({ values }) => lossOf(objective, values![objective.name]!)) as [number, number];
  const since = rows.filter((row) => isResult(row) && row.trial > best.trial).length;
  return { best, first, share: from === 0 ? undefined : (from - to) / Math.abs(from), since };
}

/** The growth of a front with several objectives. */
export interface FrontGrowth {
  /** The number of results of trials that began after the newest one on the front. */
  readonly since: number;
  /** The trials on the front that are among the last quarter of the results. */
  readonly recent: number;
  /** The number of results in that quarter. */
  readonly quarter: number;
}

/** The growth of a front. @returns undefined without a result */
export function frontGrowth(onFront: readonly TrialRow[], rows: readonly TrialRow[]): FrontGrowth | undefined {
  if (onFront.length === 0) return undefined;
  const results = rows.flatMap((row) => (isResult(row) ? [row.trial] : [])).sort((a, b) => a - b);
  const newest = onFront.reduce((latest, { trial }) => Math.max(latest, trial), 0);
  const last = new Set(results.slice(-Math.ceil(results.length / 4)));
  return {
    since: results.filter((trial) => trial > newest).length,
    recent: onFront.filter(({ trial }) => last.has(trial)).length,
    quarter: last.size,
  };
}

const isResult = ({ status }: TrialRow): boolean => status === 'completed' || status === 'stopped';

/** The number of latest ends that measure the speed of a study. */
const LATEST = 20;

/**
 * Milliseconds until so many more trials have ended, by the median time between the latest ends, so that a pause of the study counts little.
 *
 * @returns undefined with too few ends
 */
export function timeLeft(rows: readonly TrialRow[], more: number): number | undefined {
  const ends = rows.flatMap(({ endedAt, by }) => (endedAt === undefined || by === 'import' ? [] : [endedAt])).sort((a, b) => a - b);
  const latest = ends.slice(-LATEST - 1);
  if (latest.length < 3) return undefined;
  const gaps = latest.slice(1).map((end, i) => end - latest[i]!);
  // Parallel trials end in bursts: half of the mean is the least that a gap counts.
  const mean = (latest.at(-1)! - latest[0]!) / gaps.length;
  const median = gaps.toSorted((a, b) => a - b)[gaps.length >> 1]!;
  return more * Math.min(mean, Math.max(median, mean / 2));
}

/** Milliseconds that trainers have worked, all together. */
export const worked = (rows: readonly TrialRow[]): number =>
  rows.reduce((sum, { seconds, startedAt, endedAt }) => {
    if (seconds !== undefined) return sum + 1000 * seconds;
    return startedAt === undefined || endedAt === undefined ? sum : sum + endedAt - startedAt;
  }, 0);
