import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { OpenTrial } from '../../../src/ledger/trial.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';

/** An attempt that no trainer has claimed. */
interface Attempt {
  /** Of its suggestion. */
  readonly position: number;
  /** Whether every trainer may claim it. */
  readonly isForAll: boolean;
  /** When it was passed over for the first time, and for the last time. */
  first?: number;
  last?: number;
}

/**
 * The attempts that no trainer has claimed, and which of them the consumer passes over. It delivers suggestions in their order, and again after a lease
 * without a claim. So if trainers that ask get none or later ones at two times a lease apart, an attempt will never come: a trainer may have told the
 * server to wait for years, or have acknowledged what it never claimed. Attempts that wait because all trainers are busy are not passed over.
 *
 * Callers pass the time, in milliseconds of a clock that never goes back.
 */
export class Unclaimed {
  readonly #open: () => ReadonlyMap<TrialId, OpenTrial<unknown>>;
  /** Milliseconds. */
  readonly #lease: number;
  /** In the order of their positions. */
  readonly #attempts = new Map<TrialId, Attempt>();
  #forAll = 0;

  constructor(open: () => ReadonlyMap<TrialId, OpenTrial<unknown>>, lease: number) {
    this.#open = open;
    this.#lease = lease;
  }

  get count(): number {
    return this.#attempts.size;
  }

  /** How many every trainer may claim. The others wait for certain trainers. */
  get forAll(): number {
    return this.#forAll;
  }

  /** The position of the first suggestion; undefined if there is none. */
  get from(): number | undefined {
    const [first] = this.#attempts.values();
    return first?.position;
  }

  /** Takes every entry that the study applies. */
  apply({ fact, refusal, position }: AppliedEntry, now: number): void {
    if (refusal || !('trial' in fact) || fact.trial === undefined) return;
    const trial = this.#open().get(fact.trial);
    const claimed = fact.type === 'started' ? this.#attempts.get(fact.trial) : undefined;
    if (claimed) this.passOver(claimed.position - 1, now);
    const isUnclaimed = trial !== undefined && trial.run === undefined && !trial.awaiting && trial.proposal.by !== 'import';
    if (!isUnclaimed || fact.type === 'suggested') this.#remove(fact.trial);
    if (isUnclaimed && fact.type === 'suggested') this.#add(fact.trial, { position, isForAll: trial.suggestion.avoid === undefined });
  }

  /** The consumer passes over the attempts up to a position now. */
  passOver(position: number, now: number): void {
    for (const attempt of this.#attempts.values()) {
      if (attempt.position > position) return;
      attempt.first ??= now;
      attempt.last = now;
    }
  }

  /** The consumer is a new one, which delivers every attempt again. */
  renew(): void {
    for (const attempt of this.#attempts.values()) {
      delete attempt.first;
      delete attempt.last;
    }
  }

  isPassedOver(trial: TrialId): boolean {
    const { first, last } = this.#attempts.get(trial) ?? {};
    return first !== undefined && last !== undefined && last - first >= this.#lease;
  }

  #add(trial: TrialId, attempt: Attempt): void {
    this.#attempts.set(trial, attempt);
    if (attempt.isForAll) this.#forAll++;
  }

  #remove(trial: TrialId): void {
    if (this.#attempts.get(trial)?.isForAll) this.#forAll--;
    this.#attempts.delete(trial);
  }
}
