import type { Progress } from '../../streams/results/observe.ts';
import type { Params } from '../facts/facts.ts';
import { duration } from '../insight/figures/drawing/format.ts';
import { reachedText } from '../insight/gain.ts';
import { failureKind } from '../ledger/failures.ts';
import { stripControls } from '../study/plainText.ts';
import { pairs, shown } from '../study/shown.ts';
import type { StudyStatus } from '../study/status.ts';
import type { TrialRow } from '../study/trials.ts';
import { aligned, displayWidth } from './layout.ts';

/** The most characters of the bar, and the fewest. */
const LONGEST_BAR = 24;
const SHORTEST_BAR = 6;
/** The most running trials that are shown, and the lines of a window that are left to what stands above. */
const NAMES_LISTED = 8;
const SPARE = 3;
/** The heights of the trend with its axis, and the lines of a window from which on it is shown. */
const TREND = 6;
const TALL = 16;

export interface Shown {
  /** Configurations to try, if limited. */
  readonly limit: number | undefined;
  readonly objective: string;
  /** Trials a second. */
  readonly rate: number;
  /** Milliseconds that it has run, and that it will probably run. */
  readonly elapsed: number;
  readonly left?: number | undefined;
  /** The trials that run, in the order in which they began. */
  readonly running: readonly RunningTrial[];
  readonly paused?: boolean;
  /** With several objectives, how many trials no other one dominates: then no single one is the best. */
  readonly front?: number | undefined;
  /** A picture of the results. */
  readonly trend?: ((columns: number, lines: number) => readonly string[]) | undefined;
}

export type RunningTrial = Pick<TrialRow, 'trial' | 'step' | 'examples' | 'budget' | 'values' | 'claimedAt'>;

type Counts = Progress<Params> & Pick<StudyStatus, 'ended' | 'waiting'>;

/** The progress of a study in a line. */
export const progressLine = (state: Counts, shown: Shown): string => textsOf(state, shown).join('  ');

/** The progress of a study in lines that fit a window: the trend, the counts and times, and the trials that run. */
export function progressFrame(state: Counts, given: Shown, columns: number, rows: number, now = Date.now()): readonly string[] {
  const { limit, running, trend } = given;
  const picture = rows < TALL ? [] : (trend?.(columns - 1, TREND) ?? []);
  const counts = withBar(textsOf(state, given), columns - 1, limit === undefined ? undefined : shareOf(state, limit));
  const room = Math.max(0, Math.min(NAMES_LISTED, rows - picture.length - counts.length - SPARE));
  const listed = running.length > room ? running.slice(0, Math.max(0, room - 1)) : running;
  const others = running.length - listed.length;
  return [
    ...picture,
    ...counts,
    ...aligned(listed.map((row) => cellsOf(row, given, now))),
    ...(others > 0 && room > 0 ? [`  and ${others} more`] : []),
  ];
}

function textsOf(state: Counts, { limit, objective, rate, elapsed, left, paused, front }: Shown): readonly string[] {
  const { stopped, failed, ended, best, open, waiting } = state;
  const others = [stopped > 0 && `${stopped} stopped`, failed > 0 && `${failed} failed`].filter(Boolean).join(', ');
  const time = [seconds(elapsed), left !== undefined && `about ${seconds(left)} left`].filter(Boolean).join(', ');
  return [
    `${ended}${limit === undefined ? '' : `/${limit}`} trials`,
    time,
    rate > 0 && `${shown(Number(rate.toPrecision(2)))}/s`,
    front === undefined
      ? best && `best ${shown(objective)} ${shown(best.values?.[objective])} (trial ${best.trial})`
      : `${front} on the front`,
    paused ? 'paused' : `${Math.max(0, open - waiting)} running`,
    waiting > 0 && `${waiting} waiting`,
    others && `(${others})`,
  ].filter((text): text is string => Boolean(text));
}

/** Texts in as few lines as they fit, the first one behind a bar if there is room. @param share of it that is done */
function withBar(texts: readonly string[], columns: number, share: number | undefined): readonly string[] {
  const [first = '', ...more] = texts;
  const bar = Math.min(LONGEST_BAR, columns - 1 - first.length);
  const lines = [share === undefined || bar < SHORTEST_BAR ? first : `${barOf(share, bar)} ${first}`];
  for (const text of more) {
    const longer = `${lines.at(-1)}  ${text}`;
    if (displayWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(text);
  }
  return lines;
}

const barOf = (share: number, length: number): string => '█'.repeat(Math.round(Math.min(1, share) * length)).padEnd(length, '░');

/** The share of the configurations to try that has ended. */
const shareOf = ({ ended, open }: Counts, limit: number): number => ended / Math.max(limit, ended + open, 1);

/** A running trial: how far it has come, its last value, and for how long it has run. */
const cellsOf = (row: RunningTrial, { objective, front }: Shown, now: number): readonly string[] => [
  `  trial ${row.trial}`,
  reachedText(row, row.budget) ?? 'running',
  row.values === undefined ? '' : front === undefined ? shown(row.values[objective]) : pairs(row.values, ' '),
  row.claimedAt === undefined ? '' : seconds(Math.max(0, now - row.claimedAt)),
];

/** A time that changes no more often than every second. */
const seconds = (milliseconds: number): string => (milliseconds < 1000 ? '0 s' : duration(1000 * Math.round(milliseconds / 1000)));

/**
 * A trial in one line.
 *
 * @param before the trial that failed before it: if it failed in the same way, the line does not repeat the reason.
 * @param examples how many the study has.
 */
export function trialLine(
  {
    trial,
    status,
    reason,
    message,
    values,
    params,
    step,
  }: Pick<TrialRow, 'trial' | 'status' | 'reason' | 'message' | 'values' | 'params' | 'step'>,
  before?: Pick<TrialRow, 'trial' | 'reason' | 'message'>,
  examples?: number,
): string {
  const same = before !== undefined && reason !== undefined && message && failureKind({ reason, message }) === failureKind(before);
  const text = same ? `: as trial ${before.trial}` : message === undefined ? '' : `: ${stripControls(message)}`;
  const why = reason === undefined ? '' : ` (${reason}${text})`;
  const evaluated = examples === undefined || step === undefined ? '' : ` on ${step} of ${examples} examples`;
  return `trial ${trial} ${status}${why}${values ? ` ${pairs(values)}` : ''}${evaluated}  ${pairs(params)}`;
}
