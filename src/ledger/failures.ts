import type { FailedFact, FailureReason } from '../facts/facts.ts';
import type { TrialId } from '../strategy/messages.ts';

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

/** Whether a failure can come from a broken program. Infeasible configurations and lost machines do not. */
export const isTelling = ({ reason }: Pick<FailedFact, 'reason'>): boolean => TELLING.includes(reason);

/**
 * Detects a broken program: none of the first trials has a result, and three fail with the same reason and the same last line of error, or ten in any
 * way.
 */
export class Failures {
  readonly #kinds = new Map<TrialId, string>();
  #hasResult = false;
  #isBroken = false;

  /** The trials that failed; undefined if the program is not broken. */
  get broken(): readonly TrialId[] | undefined {
    return this.#isBroken && !this.#hasResult ? [...this.#kinds.keys()] : undefined;
  }

  succeeded(): void {
    this.#hasResult = true;
  }

  failed(fact: FailedFact): void {
    if (this.#hasResult || !isTelling(fact)) return;
    this.#kinds.set(fact.trial, failureKind(fact));
    const isSame = new Set(this.#kinds.values()).size === 1;
    const enough = fact.reason === 'no-result' ? 1 : isSame ? EQUAL_FAILURES : ANY_FAILURES;
    this.#isBroken ||= this.#kinds.size >= enough;
  }

  /** The study continues. @param isCorrected whether a person says that the program is right now; otherwise one more failure is enough */
  resumed(isCorrected: boolean): void {
    this.#isBroken = false;
    if (isCorrected) this.#kinds.clear();
  }
}
