import type { Observable } from 'rxjs';
import type { Params } from '../../../src/facts/facts.ts';
import type { Importances } from '../../../src/insight/importance/importances.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Space } from '../../../src/space/space.ts';
import type { StopReason, Tags, TrialId } from '../../../src/strategy/messages.ts';
import type { Submitted } from '../../../src/study/commands.ts';
import type { Intent } from '../../../src/study/intents.ts';
import type { StudyLog, SubmitOrigin } from '../../../src/study/source.ts';
import type { TrialRows } from '../../../src/study/trials.ts';
import type { TrialFact } from '../../../src/study/verbs.ts';
import type { Suggestion } from '../../engine/directive.ts';
import type { Why } from '../../explanation/why.ts';

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
  /** No trial is due: ask again. `why`: the study is paused, by a person or because its first trials failed alike. */
  | { readonly next: 'wait'; readonly why?: 'paused' | 'no-result' }
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
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** The user or the trainer that sends a request, and its name: a request that is repeated under one name takes effect once. */
export interface Named extends SubmitOrigin {
  /** The trainer, if its name is known. */
  readonly author?: string | undefined;
}

/** Whether a trial should stop, and what stops it. */
export type Stopping = { readonly stop: false } | ({ readonly stop: true } & StopReason);

/** @param stopped what stops the trial; undefined if nothing does */
export const stoppingOf = (stopped: StopReason | undefined): Stopping => (stopped ? { stop: true, ...stopped } : { stop: false });

/** The answer to a fact of a trainer: its position in the log, and whether its trial should stop. */
export type Recorded = Stopping & { readonly position: number };

export interface HeartbeatOptions {
  /** The trainer, if its name is known. */
  readonly author?: string | undefined;
  /** Waits until the study has decided on the entry at this position, for at most two seconds. */
  readonly after?: number | undefined;
}

/** What a program that evaluates trials may ask of a study, wherever that runs. */
export interface TrainerPort<P = Params> {
  /** Claims the next trial. @throws what the study throws; a study elsewhere, also the reason of the signal */
  ask(options: AskOptions): Promise<ClaimReply<P>>;
  /** Takes a fact about a trial, and resolves when the study has applied it. @throws RefusedError if it does not count */
  record(fact: TrialFact, named?: Named): Promise<Recorded>;
  /** Says that a run is alive. @throws RefusedError if it does not hold the trial */
  heartbeat(trial: TrialId, run: string, more?: HeartbeatOptions): Promise<Stopping>;
}

/** What a study says as its entries come. */
export interface Breakable {
  /** Why it gives out no trial (`NoResultError`); undefined if it does, or its log has not been read. */
  readonly broken: Error | undefined;
  /** The entries as they come. */
  readonly live$: Observable<{ readonly fact: unknown }>;
}

/** The same for programs and people that may also read the log and give commands. */
export interface StudyPort<P = Params> extends TrainerPort<P>, Breakable {
  readonly space: Space<P>;
  readonly source: StudyLog;
  /** What the entries so far say. */
  readonly ledger: Ledger<P>;
  readonly rows: TrialRows<P>;
  /** Every subscriber gets all entries, from the first one on. Completes when the study runs no longer, or is no longer followed. */
  readonly entries$: Observable<AppliedEntry<P>>;
  readonly live$: Observable<AppliedEntry<P>>;
  /** Resolves when the log so far has been read. @throws what keeps the study from running */
  ready(): Promise<void>;
  /** Does what a person asks of the study. @throws RefusedError; OptionError, StrategyError for a strategy that does not suit */
  submit(intent: Intent, named?: SubmitOrigin): Promise<Submitted>;
  /** As `Study.importance`. */
  importance(objective?: string): Promise<Importances | undefined>;
  /** As `Study.why`. */
  why(trial: TrialId): Promise<Why>;
  /** Resolves when the study has closed and no trial runs, or it runs here no longer; when it is reopened, there is another promise. @throws what ended it */
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

/** A name for a claim or a request. Pages without TLS have no `randomUUID`. */
export const newName = (): string => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('');

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
