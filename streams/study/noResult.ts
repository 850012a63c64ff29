import { UserError } from '../../src/errors.ts';
import { type Alike, failingAlike } from '../../src/insight/failingAlike.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { Log } from '../log/log.ts';

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

/** The error of a study whose first trials failed alike. @param failures the last ones */
export function brokenProgramError({ how }: Pick<Alike, 'how'>, failures: readonly Failure[]): NoResultError {
  const todo = failures.every(({ reason }) => reason === 'timeout')
    ? 'raise timeLimit, or let the objective end sooner: these trials are not counted'
    : `correct the program and run it again: these trials are not counted${failures.every(({ message }) => MISTAKE.test(message)) ? '' : INFEASIBLE}`;
  return new NoResultError(`the first trials failed ${how}, so the study stops`, failures, todo);
}

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

/**
 * Detects a broken program in a study that begins or resumes now, as `failingAlike` does.
 *
 * @param past the position of the last entry before this start.
 * @param more trials that are known to have failed, whose entries may not have been read yet.
 * @returns a function that takes each entry of the log. When the first trials have failed alike, it returns the error, once, as soon as the log says
 * that these trials do not count.
 */
export function watchFailures(
  log: Log,
  past: () => number,
  more: Iterable<TrialId> = [],
): (applied: AppliedEntry) => Promise<NoResultError> | undefined {
  const failing = failingAlike(past);
  let failures: readonly Failure[] = [];
  const report = async ({ how, trials }: Alike): Promise<NoResultError> => {
    const known = failures;
    while ((await log.append({ type: 'changed', uncounted: [...new Set([...trials, ...more])] })) === 'fenced');
    return brokenProgramError({ how }, known);
  };
  return (applied) => {
    if (applied.effect === 'ended' && applied.fact.type === 'failed') failures = [...failures, failureIn(applied.fact)].slice(-FAILURES);
    const alike = failing(applied);
    return alike && report(alike);
  };
}
