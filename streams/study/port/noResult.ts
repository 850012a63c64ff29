import { UserError } from '../../../src/errors.ts';
import type { Changed } from '../../../src/facts/facts.ts';
import { alikeIn } from '../../../src/insight/failingAlike.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { Log } from '../../log/log.ts';
import type { AskOptions, Breakable, ClaimReply, StudyPort, TrainerPort } from './port.ts';

/** A trial that failed. */
export interface Failure {
  readonly trial: TrialId;
  /** Such as `error`, `timeout`, `non-finite`. */
  readonly reason: string;
  /** What the objective threw, or what was wrong with its result. */
  readonly message: string;
  /** The stack of what the objective threw. */
  readonly trace?: string;
}

/** What a row or a fact says of a failure. */
export const failureIn = ({ trial, reason = 'error', message = '', trace }: Partial<Failure> & Pick<Failure, 'trial'>): Failure =>
  omitUndefined({ trial, reason, message, trace });

/** No trial of a study had a result, and at least one failed. Its `cause` has the stack of the last failure. */
export class NoResultError extends UserError {
  override readonly name = 'NoResultError';
  readonly code = 'no-result';
  /** As in `StudyResult`. */
  readonly failures: readonly Failure[];

  /** @param why how the trials failed; the message of the last one follows it */
  constructor(why: string, failures: readonly Failure[], todo: string) {
    const { trial, reason, message, trace } = failures.at(-1)!;
    const cause = trace === undefined ? undefined : Object.assign(new Error(message), { stack: trace });
    super(`${why}; trial ${trial}: ${reason}${message && `: ${message}`}`, omitUndefined({ todo, cause }));
    this.failures = failures;
  }
}

/** Errors of a program, whatever the configuration. */
const MISTAKE = /^(Attribute|Import|Key|ModuleNotFound|Name|Reference|Syntax|Type)Error\b/;
const INFEASIBLE = '. A configuration that cannot run should fail as infeasible';

/** Why a study gives out no trial: it is paused, because its first trials failed alike. */
export function noResultIn<P>({ ledger, rows }: Pick<StudyPort<P>, 'ledger' | 'rows'>): NoResultError | undefined {
  const alike = alikeIn(ledger, rows);
  if (!alike) return undefined;
  const failures = alike.rows.slice(-FAILURES).map(failureIn);
  const todo = failures.every(({ reason }) => reason === 'timeout')
    ? 'raise timeLimit, or let the objective end sooner: these trials are not counted'
    : `correct the program and run it again: these trials are not counted${failures.every(({ message }) => MISTAKE.test(message)) ? '' : INFEASIBLE}`;
  return new NoResultError(`the first trials failed ${alike.how}, so the study stops`, failures, todo);
}

/** Waits for something of a study. The signal that `wait` gets aborts with the error. @throws NoResultError */
type UnlessBroken = <T>(signal: AbortSignal | undefined, wait: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Lets what waits for a study wait no longer once it is paused because its first trials failed alike. One subscription serves all.
 *
 * @param left ends it, too
 */
export function unlessBroken(study: Breakable, left?: AbortSignal): UnlessBroken {
  let isWatched = false;
  /** Ends what waits now. */
  let leaving = new AbortController();
  const end = (why: unknown) => {
    const ending = leaving;
    leaving = new AbortController();
    ending.abort(why);
  };
  left?.addEventListener('abort', () => end(left.reason));
  const watch = () => {
    isWatched = true;
    study.live$.subscribe({
      next: ({ fact }) => {
        const broken = (fact as Partial<Changed>).why && study.broken;
        if (broken) end(broken);
      },
      error: () => {}, // what waits hears of it
    });
  };
  return async (signal, wait) => {
    const { broken } = study;
    if (broken) throw broken;
    if (!isWatched) watch();
    return wait(signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal);
  };
}

/** Asks for a trial, and waits until there is one. @returns `wait` only if the signal has aborted @throws NoResultError; what the study throws */
export const askThrough = <P>(
  port: Pick<TrainerPort<P>, 'ask'>,
  untilBroken: UnlessBroken,
  { signal, ...asked }: AskOptions,
): Promise<ClaimReply<P>> =>
  untilBroken(signal, async (leaving) => {
    const reply = await port.ask({ ...asked, wait: Number.POSITIVE_INFINITY, signal: leaving });
    if (reply.next === 'wait' && !signal?.aborted) leaving.throwIfAborted();
    return reply;
  });

/** How many failures a result or an error contains. */
export const FAILURES = 10;

/**
 * The position of the last entry before this start; infinite until it is known, which is before an entry is read. Call this before the log is read.
 */
export function headAtStart(log: Log): () => number {
  let past = Number.POSITIVE_INFINITY;
  log.head().then(
    (head) => {
      past = head;
    },
    () => {}, // reading the log fails too
  );
  return () => past;
}
