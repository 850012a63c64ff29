import type { ObjectiveSpec } from '../facts/facts.ts';
import { lossOf } from '../ledger/settings.ts';
import { mean, median, variance } from '../numeric/averages.ts';
import type { TrialRow } from '../study/trials.ts';
import { formatNumber, rounded } from './figures/drawing/format.ts';

/** The gain of the search so far, in one objective. */
export interface Gain {
  readonly best: TrialRow;
  /** The median of the first results at the budget of the best, and of how many; its own value if it is one of these. */
  readonly start: number;
  readonly first: number;
  /** By how much the best value is better, as a share of that; undefined where a share says nothing, as with values around 0. */
  readonly share?: number | undefined;
}

/** The most results that count as the first ones; of fewer than twice as many, half do. */
const FIRST_RESULTS = 10;

/** The gain of the best trial. @param ranked the trials with a result, the best first: only those at its budget are compared */
export function gainOf<R extends TrialRow>(ranked: readonly R[], objective: ObjectiveSpec): (Gain & { readonly best: R }) | undefined {
  const [best] = ranked;
  if (best === undefined) return undefined;
  const peers = ranked.filter(({ budget }) => budget === best.budget).sort((a, b) => a.trial - b.trial);
  const first = Math.max(1, Math.min(FIRST_RESULTS, peers.length >> 1));
  const begun = peers.slice(0, first);
  const start = median((begun.includes(best) ? [best] : begun).map(({ values }) => values![objective.name]!));
  const [from, to] = [start, best.values![objective.name]!].map((value) => lossOf(objective, value)) as [number, number];
  return { best, start, first, share: from * to > 0 ? (from - to) / Math.abs(from) : undefined };
}

/** The gain of the best trial in words; undefined if it is the only result, or no better than the first ones. */
export function gainText({ best, start, first, share }: Gain, objective: ObjectiveSpec): string | undefined {
  if (start === best.values![objective.name]) return undefined;
  const from =
    first === 1 ? `the first result (${formatNumber(start)})` : `the median of the first ${first} results (${formatNumber(start)})`;
  return `${share === undefined ? '' : `${rounded(100 * share, 2)} % `}better than ${from}`;
}

/** The number of latest trials by which the time of further ones is estimated, and the fewest. */
export const LATEST = 20;
const FEWEST_TRIALS = 3;
/**
 * Trials take alike if the standard deviation of their times is at most this share of the mean. Then the time left is right within a quarter, nine times in
 * ten. With early stopping, it can be wrong by a factor of four. See docs/benchmarks.md.
 */
const ALIKE = 1 / 3;

/**
 * Milliseconds until so many more trials have ended, if they take as long as the latest ones, and as many run at a time as now.
 *
 * @returns undefined without a basis: with too few trials, none that runs, trials that do not take alike, or trials that resume others, of which the number
 * is unknown
 */
export function timeLeft(ended: readonly TrialRow[], more: number, running: number): number | undefined {
  const timed = ended.filter((row) => row.by !== 'import' && tookSeconds(row) !== undefined);
  const latest = timed.sort((a, b) => a.endedAt! - b.endedAt!).slice(-LATEST);
  if (latest.length < FEWEST_TRIALS || running === 0 || latest.some(({ resumes }) => resumes !== undefined)) return undefined;
  const times = latest.map((row) => tookSeconds(row)!);
  const each = mean(times);
  return Math.sqrt(variance(times)) > ALIKE * each ? undefined : (1000 * each * more) / Math.min(running, more);
}

/** Whether trials are evaluated on examples. Their steps and budgets are then numbers of these. */
export const onExamples = (rows: readonly Pick<TrialRow, 'examples'>[]): boolean => rows.some(({ examples }) => examples !== undefined);

type Reached = Pick<TrialRow, 'step' | 'examples'>;

/** How far a trial has come: its step, or how many examples; undefined before its first report. @param budget how far it may go */
export function reachedText({ step, examples }: Reached, budget?: number): string | undefined {
  if (step === undefined) return undefined;
  const text = budget === undefined ? String(step) : `${step} of ${budget}`;
  return examples === undefined ? `step ${text}` : `${text} ${(budget ?? step) === 1 ? 'example' : 'examples'}`;
}

/** The same for a value that is not a result, so that it does not look like one: of a trial that was stopped, or still runs. */
export const unfinishedText = (row: Reached & Pick<TrialRow, 'status'>): string | undefined =>
  row.status === 'completed' ? undefined : reachedText(row);

/** How long a trial trained: by its trainer, or else by its entries in the log. */
export function tookSeconds({ seconds, startedAt, endedAt }: TrialRow): number | undefined {
  if (seconds !== undefined || startedAt === undefined || endedAt === undefined) return seconds;
  return (endedAt - startedAt) / 1000;
}

/** Milliseconds that trainers have worked, all together. */
export const worked = (rows: readonly TrialRow[]): number => rows.reduce((sum, row) => sum + 1000 * (tookSeconds(row) ?? 0), 0);
