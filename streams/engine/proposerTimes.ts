import type { ExpiredFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { callAfter } from './timeout.ts';

/** Whether an expiry still counts: the proposal is open, or the proposer has proposed nothing since it was awaited. */
export function stillCounts<P>(ledger: Ledger<P>, { proposer, proposal, known = 0 }: ExpiredFact): boolean {
  const { proposals, isAbsent, last } = ledger.inbox(proposer);
  return proposal === undefined ? !isAbsent && last <= known : proposals.some((open) => open.proposal === proposal);
}

/** Milliseconds since 1970, as in entries. */
type Clock = () => number;

/**
 * Decides when the time of an external proposer, or of one of its proposals, is up. Folds read no clock, so this becomes a fact.
 *
 * @typeParam P the type of configurations
 */
export class ProposerTimes<P> {
  readonly #ledger: () => Ledger<P>;
  readonly #expire: (fact: ExpiredFact) => void;
  readonly #now: Clock;
  /** Cancels the wait for each proposer that the study waits for. */
  readonly #waits = new Map<string, () => void>();
  /** Cancels the timer of each proposal that expires. */
  readonly #ages = new Map<number, () => void>();

  constructor(ledger: () => Ledger<P>, expire: (fact: ExpiredFact) => void, now: Clock = Date.now) {
    this.#ledger = ledger;
    this.#expire = expire;
    this.#now = now;
  }

  /** Whether the study waits for a proposer now. */
  isAwaited(proposer: string): boolean {
    return this.#waits.has(proposer);
  }

  /** The study waits for a proposer. Earlier deadlines stay as they are. */
  await(proposer: string, seconds: number): void {
    if (this.#waits.has(proposer)) return;
    const over = () => {
      this.#waits.delete(proposer);
      const { closed, position } = this.#ledger();
      if (closed === undefined) this.#expire({ type: 'expired', proposer, known: position });
    };
    this.#waits.set(proposer, callAfter(seconds, over));
  }

  /** Takes every entry that the study applies. */
  apply({ effect, event, fact, at }: AppliedEntry<P>): void {
    if (effect === 'proposed') {
      this.#forget(event.proposer);
      if (fact.seconds !== undefined) this.#age(event.proposer, event.proposal, at + fact.seconds * 1000);
    } else if (effect === 'expired' && event.proposal === undefined) this.#forget(event.proposer);
  }

  stop(): void {
    for (const lift of [...this.#waits.values(), ...this.#ages.values()]) lift();
  }

  #forget(proposer: string): void {
    this.#waits.get(proposer)?.();
    this.#waits.delete(proposer);
  }

  #age(proposer: string, proposal: number, end: number): void {
    const over = () => {
      this.#ages.delete(proposal);
      const fact = { type: 'expired', proposer, proposal } as const;
      if (stillCounts(this.#ledger(), fact)) this.#expire(fact);
    };
    this.#ages.set(proposal, callAfter(Math.max(0, (end - this.#now()) / 1000), over));
  }
}
