import type { Entry } from '../../../src/facts/entry.ts';
import { check, type DiaryLine, type Fault, isTroubled, type Span } from '../checker.ts';

/** The log of a study. */
export interface Log {
  readonly study: string;
  readonly entries: readonly Entry[];
  /** The configurations that it tries. */
  readonly trials: number;
}

/** What a program of a trial has noted. */
interface Noted extends Omit<DiaryLine, 'type'> {
  readonly type: 'begun' | 'told';
  readonly study: string;
  readonly at: number;
}

interface Said {
  readonly type?: string;
  readonly trial?: number;
  readonly attempt?: number;
  readonly run?: string;
  readonly params?: { readonly x: number };
  readonly values?: { readonly value: number };
}

/** Milliseconds between two entries of a study while the servers are up, and until an attempt gets a trainer, at most. */
const STALL = 30_000;

/** What is wrong with the logs of studies, next to the diaries of their programs. */
export function faultsIn(logs: readonly Log[], diary: readonly string[], faults: readonly Fault[]): readonly string[] {
  const noted = diary.map(notedIn);
  return logs.flatMap(({ study, entries, trials }) => {
    const own = noted.filter((line) => line.study === study);
    const begun = own.flatMap((line) => (line.type === 'begun' ? [{ ...line, type: line.type }] : []));
    const { violations } = check({ entries, diary: begun, faults, trials, longestStall: STALL, longestWait: STALL });
    return [...violations, ...lostIn(entries, own, faults), ...twiceIn(begun, faults), ...gapsIn(entries)].map(
      (sentence) => `${study}: ${sentence}`,
    );
  });
}

function notedIn(line: string): Noted {
  const [type, trainer, study, trial, attempt, at] = line.split(' ') as [Noted['type'], string, string, string, string, string];
  return { type, trainer, study, trial: Number(trial), attempt: Number(attempt), at: Number(at) };
}

/** Results that programs have printed, and that are not in the log, or are those of another configuration. */
function lostIn(entries: readonly Entry[], noted: readonly Noted[], faults: readonly Fault[]): readonly string[] {
  const tried = new Map<number, number>();
  const results = new Map<number, Map<string, number>>();
  for (const { fact, author } of entries) {
    const { type, trial = 0, params, values } = (fact ?? {}) as Said;
    if (type === 'suggested' && params) tried.set(trial, params.x);
    if (type === 'completed' && author !== undefined && values)
      results.set(trial, (results.get(trial) ?? new Map()).set(author, values.value));
  }
  const wrong = [...results].flatMap(([trial, values]) =>
    [...values.values()].every((value) => value === tried.get(trial)) ? [] : [`trial ${trial} has the result of another configuration`],
  );
  const lost = noted.flatMap(({ type, trial, attempt, trainer, at }) =>
    type === 'told' && !results.get(trial)?.has(trainer) && !isTroubled(trainer, at, faults)
      ? [`what ${trainer} printed in attempt ${attempt} at trial ${trial} is not in the log`]
      : [],
  );
  return [...wrong, ...lost];
}

/** Attempts that were begun twice, though no server came or went when the second worker began, and neither worker had a fault. */
function twiceIn(begun: readonly (DiaryLine & { readonly at: number })[], faults: readonly Fault[]): readonly string[] {
  const byAttempt = new Map<string, (typeof begun)[number][]>();
  for (const line of begun) byAttempt.set(attemptOf(line), [...(byAttempt.get(attemptOf(line)) ?? []), line]);
  return [...byAttempt].flatMap(([which, lines]) => {
    const last = Math.max(...lines.map(({ at }) => at));
    const isExcused = lines.length === 1 || lines.some(({ trainer }) => isTroubled(trainer, last, faults));
    return isExcused ? [] : [`${which} was begun by ${lines.map(({ trainer }) => trainer).join(' and ')}`];
  });
}

const attemptOf = ({ trial, attempt }: Pick<DiaryLine, 'trial' | 'attempt'>): string => `attempt ${attempt} at trial ${trial}`;

/** Positions that a reader of the log has not got. */
const gapsIn = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ position }, i) => (position === i + 1 ? [] : [`entry ${i + 1} was not read`])).slice(0, 1);

const timesOf = ({ entries }: Log, type: string): readonly number[] =>
  entries.flatMap(({ fact, at }) => ((fact as Said)?.type === type ? [at] : []));

/** The longest pause between two suggestions of a study that overlaps with a time, in seconds. */
export function gapIn(logs: readonly Log[], { from, until }: Span): { readonly gap: number; readonly study: string } {
  const gaps = logs.flatMap((log) => {
    const times = timesOf(log, 'suggested');
    return times.slice(1).flatMap((at, i) => (at > from && times[i]! < until ? [{ gap: (at - times[i]!) / 1000, study: log.study }] : []));
  });
  return gaps.reduce((longest, one) => (one.gap > longest.gap ? one : longest), { gap: 0, study: '' });
}

/** Trials that complete in a second of some times. */
export function rateIn(logs: readonly Log[], spans: readonly Span[]): number {
  const ends = logs.flatMap((log) => timesOf(log, 'completed'));
  const count = spans.reduce((sum, { from, until }) => sum + ends.filter((at) => at >= from && at < until).length, 0);
  return count / spans.reduce((sum, { from, until }) => sum + (until - from) / 1000, 0);
}
