import type { FailedFact, FailureReason } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { TrialId } from '../strategy/messages.ts';

/** The first trials of a study, which all failed. */
export interface Alike {
  readonly trials: readonly TrialId[];
  readonly how: 'for the same reason' | 'and none has a result';
  /** The message of the last one. */
  readonly message: string;
}

/** After this many equal failures, the program is the cause, not the configurations; after one, if it prints no value that counts. */
const EQUAL_FAILURES = 3;
/** The same for failures of any kind: a program that fails in several ways may print another last line each time. */
const ANY_FAILURES = 10;
/** Numbers, which may be those of the configuration, and addresses in memory. */
const NUMBERS = /0x[\da-f]+|[+-]?\d[\d.e+-]*/gi;
const TELLING: readonly FailureReason[] = ['error', 'timeout', 'non-finite', 'no-result'];

interface Failed {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** A key that is equal for failures that differ only in numbers. */
export const failureKind = ({ reason = '', message = '' }: Failed): string => `${reason}: ${message.replace(NUMBERS, '#')}`;

/** Whether two trials failed in the same way: their messages differ only in numbers. */
export const failedAlike = (one: Failed, other: Failed): boolean => failureKind(one) === failureKind(other);

/** Whether a failure can come from a broken program. Infeasible configurations and lost machines do not. */
export const isTelling = ({ reason }: Pick<FailedFact, 'reason'>): boolean => TELLING.includes(reason);

/**
 * Detects a broken program: none of the first trials has a result, and three fail with the same reason and the same last line of error, or ten in any
 * way.
 *
 * @param past the position of the last entry before this start.
 * @param late receives each trial that fails after that in any way, until one has a result or the study is resumed. It receives none while the study is
 * closed, since a change would reopen it.
 * @returns a function that takes each entry of the log and returns the failures once. After a restart, one more such failure is enough; when a person has
 * resumed the study, failures count from there on.
 */
export function failingAlike(past: () => number, late: (trial: TrialId) => void = () => {}): (applied: AppliedEntry) => Alike | undefined {
  const failures = new Map<TrialId, string>();
  let usable = false;
  /** Position of the entry at which the failures were returned. */
  let said = -1;
  const isSaid = () => said > past();
  let closed = false;
  return ({ fact, event, refusal, position }) => {
    if (refusal) return undefined;
    if (fact.type === 'closed') closed = true;
    if (fact.type === 'changed') closed = false;
    if (fact.type === 'changed' && fact.paused === false) {
      said = -1;
      failures.clear(); // a person has corrected the program, or put the broken machine away
    }
    if (event?.type !== 'ended') return undefined;
    if (fact.type !== 'failed') usable = true;
    if (usable || fact.type !== 'failed' || !isTelling(fact)) return undefined;
    const { trial, reason, message = '' } = fact;
    failures.set(trial, failureKind(fact));
    if (closed) return undefined;
    const same = new Set(failures.values()).size === 1;
    if (isSaid()) late(trial);
    const enough = reason === 'no-result' ? 1 : same ? EQUAL_FAILURES : ANY_FAILURES;
    if (isSaid() || position <= past() || failures.size < enough) return undefined;
    said = position;
    return {
      how: same && enough > 1 ? 'for the same reason' : 'and none has a result',
      trials: [...failures.keys()],
      message: `${reason}${message && `: ${message}`}`,
    };
  };
}
