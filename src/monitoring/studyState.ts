import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../ledger/ledger.ts';
import { heldIn, waitingIn } from '../ledger/openTrials.ts';
import type { TrialId } from '../strategy/messages.ts';
import { bestRowOf } from '../study/bestFirst.ts';
import type { TrialRow, TrialRows } from '../study/trials.ts';

/** The state computed from the log of a study. */
export interface StudyState {
  readonly ledger: Pick<Ledger<unknown>, 'created' | 'settings' | 'open' | 'best' | 'closed' | 'position'>;
  readonly rows: Pick<TrialRows<unknown>, 'counts' | 'get'> & Iterable<TrialRow<unknown>>;
}

export interface StoredSize {
  readonly lag: number;
  readonly bytes: number;
  readonly limit?: number;
}

/** A monitored study, wherever it runs. */
export interface WatchedStudy {
  /** Undefined while its log is empty. */
  state(): StudyState | undefined;
  /** The phase in which this process serves it on a NATS server, by `servedChart`. */
  readonly served?: (() => string) | undefined;
  /** What its server has stored: bytes, their limit if there is one, and the entries that are not read yet. */
  readonly stored?: (() => Promise<StoredSize | undefined>) | undefined;
  /** Whether its server has no room for it. */
  readonly isFull?: (() => boolean) | undefined;
  /** Why it no longer works here. */
  readonly failure?: (() => string | undefined) | undefined;
}

/** The phase of a study, with the words of the dashboard. */
export const phases = ['running', 'paused', 'closed'] as const;
export type Phase = (typeof phases)[number];
export const studyPhase = ({ ledger }: StudyState): Phase =>
  ledger.closed !== undefined ? 'closed' : ledger.settings.paused ? 'paused' : 'running';

/** The best trial and its first value. */
export function bestResult({ ledger, rows }: StudyState): { readonly trial: TrialId; readonly value: number } | undefined {
  const best = bestRowOf(ledger, rows);
  return best && { trial: best.trial, value: best.values[ledger.settings.objectives[0]!.name]! };
}

/** How many trials have each status, and how many trainers hold one. */
export function trialCounts({ ledger, rows }: StudyState) {
  const { open: _, ...ended } = rows.counts;
  const trainers = new Set<string>();
  for (const { trial, run } of heldIn(ledger.open)) trainers.add(ledger.open.get(trial)!.runs.get(run) ?? run);
  const waiting = waitingIn(ledger.open);
  return { trials: { waiting, running: ledger.open.size - waiting, ...ended }, trainers: trainers.size };
}

/** Milliseconds to wait for what a server says of its store. */
const ANSWER_MS = 1000;

/** Does not wait long for an answer, and does not ask again before the last answer: a server that is down does not answer. */
export function inTime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    const late = sleep(ANSWER_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('the server does not answer')));
    return Promise.race([asked, late]);
  };
}
