import type { Params } from '../../src/facts/facts.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Tags, TrialId } from '../../src/strategy/messages.ts';
import type { Suggestion } from '../engine/directive.ts';

/** A trial that a trainer has claimed. */
export interface ClaimedTrial<P = Params> {
  readonly trial: TrialId;
  /** 1, 2, ... */
  readonly attempt: number;
  /** The claim, which every fact about the trial must name. */
  readonly run: string;
  readonly params: P;
  /** Path of the strategy that suggested it, or `queue`. */
  readonly by: string;
  /** The step up to which it may train, cumulative along `resumes`. */
  readonly budget?: number;
  /** In a study of examples: those to evaluate, in this order, by their places in the list from 0. Absent: all. */
  readonly examples?: readonly number[];
  /** The trial that it resumes. */
  readonly resumes?: TrialId;
  /** Where to resume from. */
  readonly checkpoint?: string;
  /** The name under which programs print the value, if it differs from that of the objective. */
  readonly metric?: string;
  /** Tags of the suggestion, such as a seed to share with other trials, or a tolerance. */
  readonly tags?: Tags;
  /** The trace of the trial, as W3C Trace Context writes it, if the study is traced. */
  readonly traceparent?: string;
  /** Seconds without a report or a heartbeat after which the attempt is lost. Absent in the process that runs the study: it cannot lose its own trainers. */
  readonly lease?: number;
}

/** The answer to a trainer that asks for a trial. */
export type ClaimReply<P = Params> =
  | ({ readonly next: 'trial' } & ClaimedTrial<P>)
  /** No trial is due: ask again. */
  | { readonly next: 'wait' }
  | { readonly next: 'over'; readonly reason: string };

export interface AskOptions {
  /** The trainer, if its name is known. */
  readonly author?: string | undefined;
  /** The name shown to people. Default: the author. */
  readonly trainer?: string | undefined;
  /** The claim. An ask with the claim of an open trial gets that trial again. Default: one for the attempt. */
  readonly run?: string | undefined;
  /** Seconds to wait for a trial, which may be infinite. Default: 0. */
  readonly wait?: number | undefined;
  /** Values that the trial must have; the strategy chooses the rest. Needs `run`, so that a repeated ask gets the same trial. */
  readonly fixed?: Params | undefined;
  readonly whenGone?: WhenGone | undefined;
}

/** Called when a client begins to wait for an answer. It calls back when that client has gone, or soon if it has gone already. @returns unsubscribes */
export type WhenGone = (leave: () => void) => () => void;

export const whenAborted =
  (signal: AbortSignal | undefined): WhenGone =>
  (leave) => {
    if (signal?.aborted) queueMicrotask(leave);
    else signal?.addEventListener('abort', leave);
    return () => signal?.removeEventListener('abort', leave);
  };

/** The assignment of an attempt that a run has claimed. */
export function assignmentOf<P>(
  { trial, attempt, params, by, budget, examples, resumes, checkpoint, metric, tags }: Suggestion<P>,
  run: string,
  { lease, traceparent }: { readonly lease?: number | undefined; readonly traceparent?: string | undefined } = {},
): Extract<ClaimReply<P>, { readonly next: 'trial' }> {
  return {
    next: 'trial',
    trial,
    attempt,
    run,
    params,
    by,
    ...omitUndefined({ budget, examples, resumes, checkpoint, metric, tags, traceparent, lease }),
  };
}
