import colours from 'picocolors';
import type { Progress } from '../../streams/results/observe.ts';
import type { StudyStatus } from '../../streams/study/hosted/status.ts';
import type { Params } from '../facts/facts.ts';
import { failedAlike } from '../insight/failingAlike.ts';
import type { TrialRow } from '../study/trials.ts';
import { stripControls } from './plainText.ts';
import { pairs, shown } from './shown.ts';

/** The most characters of the bar, and the fewest. */
const LONGEST_BAR = 24;
const SHORTEST_BAR = 6;

export interface ProgressLine {
  /** Configurations to try, if limited. */
  readonly limit: number | undefined;
  readonly objective: string;
  /** Trials a second. */
  readonly rate: number;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** An engine of an earlier version does not send how many trials are not counted, and how many wait for a worker. */
type Counts = Omit<Progress<Params>, 'uncounted'> & Partial<Pick<StudyStatus, 'uncounted' | 'waiting'>>;

/** One line: progress, the best value, the rate, and how many trials run. */
export function progressLine(state: Counts, { limit, objective, rate, columns = terminalWidth() }: ProgressLine): string {
  const { completed, stopped, failed, uncounted = 0, best, open, waiting = 0, trials } = state;
  const ended = completed + stopped + failed;
  const others = [stopped > 0 && `${stopped} stopped`, failed > 0 && `${failed} failed`].filter(Boolean).join(', ');
  const texts = [
    `${ended - uncounted}${limit === undefined ? '' : `/${limit}`} trials`,
    best && `best ${shown(best.values?.[objective])} (trial ${best.trial})`,
    rate > 0 && `${shown(Number(rate.toPrecision(2)))}/s`,
    `${Math.max(0, open - waiting)} running`,
    waiting > 0 && `${waiting} waiting`,
    others && `(${others})`,
  ].filter((text): text is string => Boolean(text));
  const room = Math.min(LONGEST_BAR, columns - 2 - texts.join('  ').length);
  const line = texts.map((text) => (text.startsWith('best') ? colours.bold(text) : text)).join('  ');
  return limit === undefined || room < SHORTEST_BAR
    ? line
    : `${bar((ended - uncounted) / Math.max(limit, trials - uncounted, 1), room)} ${line}`;
}

const terminalWidth = (): number => process.stderr.columns || 80;
const bar = (done: number, length: number): string => '█'.repeat(Math.round(Math.min(1, done) * length)).padEnd(length, '░');

/**
 * A trial in one line.
 *
 * @param before the trial that failed before it: if it failed in the same way, the line does not repeat the reason.
 */
export function trialLine(
  { trial, status, reason, message, values, params }: Pick<TrialRow, 'trial' | 'status' | 'reason' | 'message' | 'values' | 'params'>,
  before?: Pick<TrialRow, 'trial' | 'reason' | 'message'>,
): string {
  const same = before !== undefined && reason !== undefined && message && failedAlike({ reason, message }, before);
  const text = same ? `: as trial ${before.trial}` : message === undefined ? '' : `: ${stripControls(message)}`;
  const why = reason === undefined ? '' : ` (${reason}${text})`;
  return `trial ${trial} ${status}${why}${values ? ` ${pairs(values)}` : ''}  ${pairs(params)}`;
}
