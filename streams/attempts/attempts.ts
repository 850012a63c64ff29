import { Life } from '../../machines/chart.ts';
import { attemptChart } from '../../machines/trainers.ts';
import type { FailedFact, SuggestedFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Said } from '../../src/ledger/exampleFacts.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { StopReason, TrialId } from '../../src/strategy/messages.ts';

const begin = () => new Life(attemptChart);

/** An attempt that has not ended. */
interface Attempt {
  readonly life: ReturnType<typeof begin>;
  readonly trial: TrialId;
  readonly number: number;
  /** Of its suggestion. */
  readonly position: number;
  /** Whether every trainer may claim it. */
  readonly isForAll: boolean;
  /** The run that has claimed it, and its trainer if the log knows authors. */
  run?: string;
  author?: string | undefined;
  /** What stopped it. */
  stopped?: StopReason;
  /** Whether the answer to a report said so. */
  isTold?: boolean;
  /** When its time is up. */
  deadline: number;
  /** Since when trainers that ask get later attempts, but not this one. */
  passedSince?: number | undefined;
  /** Whether they have done so for a lease. */
  isPassedOver: boolean;
}

/** What an attempt must get. */
interface Need {
  /** In how many leases. */
  readonly within: (attempt: Attempt) => number;
  /** Whether the attempt is lost if it has not got that in time. Otherwise it has another lease. */
  readonly isLost: (attempt: Attempt) => boolean;
  readonly message: string;
}

/** One that some trainers may not take waits for others twice as long, and is then for all. One that trainers get when they ask may wait for ever. */
const claim: Need = {
  within: ({ isForAll }) => (isForAll ? 1 : 2),
  isLost: ({ isForAll, isPassedOver }) => !isForAll || isPassedOver,
  message: 'no trainer claimed it',
};
const end: Need = { ...claim, within: () => 0, isLost: () => true };
const heartbeat: Need = { within: () => 1, isLost: () => true, message: 'no heartbeat' };

/** An attempt that gets what its phase needs moves on, and one that does not is lost. So every attempt moves. */
const needs = { offered: claim, outdated: claim, hidden: end, unwanted: end, running: heartbeat, stopping: heartbeat };

/**
 * The attempts of a study that have not ended: a fold over its entries, the heartbeats of trainers and the stops of strategies. It says which trials
 * should stop, which attempts no trainer has claimed, and which ones are lost because they did not get what they need in time.
 *
 * A consumer delivers suggestions in their order, and again after a lease without a claim. So if trainers that ask get none or later ones at two times a
 * lease apart, an attempt is passed over and will never come: a trainer may have told the server to wait for years, or have acknowledged what it
 * never claimed. Attempts that wait because all trainers are busy are not passed over.
 *
 * Callers pass the time, in milliseconds of a clock that never goes back. Every attempt has its whole time again when this process may have missed
 * messages: after its start, after a lost connection, and when `due` was called late, because the process was suspended or busy.
 */
export class Attempts {
  /** How often to call `due`, in milliseconds. */
  readonly interval: number;
  readonly #lease: number;
  readonly #open = new Map<TrialId, Attempt>();
  /** In the order of their positions. */
  readonly #unclaimed = new Map<TrialId, Attempt>();
  #forAll = 0;
  /** Of the last entry. */
  #position = 0;
  #isClosed = false;
  #calledAt: number | undefined;

  /** @param lease milliseconds */
  constructor(lease: number) {
    this.#lease = lease;
    this.interval = lease / 20;
  }

  /** How many a trainer has claimed. */
  get claimed(): number {
    return this.#open.size - this.#unclaimed.size;
  }

  /** How many no trainer has claimed, and `forAll` those of them that every trainer may claim. From the position `from` on are their suggestions. */
  get unclaimed(): { readonly count: number; readonly forAll: number; readonly from: number } {
    const [first] = this.#unclaimed.values();
    return { count: this.#unclaimed.size, forAll: this.#forAll, from: first?.position ?? this.#position + 1 };
  }

  /** What stopped a trial; undefined if it need not stop. It holds until the trial ends or is suggested again. */
  stopOf(trial: TrialId): StopReason | undefined {
    return this.#open.get(trial)?.stopped;
  }

  /** The same, as the answer to a report of the trial. */
  tellStop(trial: TrialId): StopReason | undefined {
    const attempt = this.#open.get(trial);
    if (attempt?.stopped) attempt.isTold = true;
    return attempt?.stopped;
  }

  /**
   * What a trainer says of a trial, with what stopped it. A result that it tells although it was told to stop belongs to another step than results at
   * the budget: the trial is stopped, and its last report is its result.
   */
  asStopped(said: Said): Said {
    const { stopped, isTold } = this.#open.get(said.trial) ?? {};
    const { trial, run } = said;
    if (said.type === 'completed' && isTold) return omitUndefined({ type: 'stopped', trial, run, ...stopped });
    return said.type === 'stopped' && said.by === undefined ? { ...stopped, ...said } : said;
  }

  /** Takes every entry that the study applies. */
  apply({ effect, fact, position, author }: AppliedEntry, now: number): void {
    this.#position = position;
    if (effect === 'rejected' || effect === 'void') return;
    if (fact.type === 'suggested') return this.#offer(fact, position, now);
    if (fact.type === 'changed') this.#isClosed = false;
    if (fact.type === 'closed') return this.#close(now);
    const attempt = 'trial' in fact && fact.trial !== undefined ? this.#open.get(fact.trial) : undefined;
    if (attempt === undefined) return;
    if (fact.type === 'completed' || fact.type === 'stopped' || fact.type === 'failed') return this.#end(attempt);
    if (fact.type === 'started') this.#claim(attempt, fact.run, author, now);
    if (fact.type === 'cancelled') this.#stop(attempt, 'withdrawn', { by: 'person' }, now);
    this.#extend(attempt, now);
  }

  /** A strategy, a person or the end of the study stops a trial. Entries say so of a person and the end, too. */
  stop(trial: TrialId, { by, why }: StopReason, now: number): void {
    const attempt = this.#open.get(trial);
    if (attempt) this.#stop(attempt, 'stopped', omitUndefined({ by, why }), now);
  }

  /** A trainer says that its run is there. @returns whether the run holds the trial */
  hear(trial: TrialId, run: string, author: string | undefined, now: number): boolean {
    const attempt = this.#open.get(trial);
    if (attempt?.run !== run) return false;
    if (attempt.author !== author) return false; // another trainer can read the run in the log
    this.#extend(attempt, now);
    return true;
  }

  /** Trainers that ask get none of the unclaimed attempts up to a position. */
  passOver(position: number, now: number): void {
    for (const attempt of this.#unclaimed.values()) {
      if (attempt.position > position) return;
      attempt.passedSince ??= now;
      attempt.isPassedOver ||= now - attempt.passedSince >= this.#lease;
    }
  }

  /** No trainer will claim the attempt that a trial has now. So its time is up, also after a restart or with a new consumer. */
  hide(trial: TrialId, now: number): void {
    const attempt = this.#unclaimed.get(trial);
    if (attempt?.life.send('hidden')) this.#extend(attempt, now);
  }

  /** Every unclaimed attempt is delivered again. */
  deliverAgain(): void {
    for (const attempt of this.#unclaimed.values()) Object.assign(attempt, { isPassedOver: false, passedSince: undefined });
  }

  /** Gives every attempt its whole time again. */
  restart(now: number): void {
    this.#calledAt = now;
    this.deliverAgain();
    for (const attempt of this.#open.values()) this.#extend(attempt, now);
  }

  /** The trials whose attempt has no time left. */
  due(now: number): TrialId[] {
    if (this.#calledAt === undefined || now - this.#calledAt > this.interval + this.#lease / 10) this.restart(now);
    this.#calledAt = now;
    return [...this.#open.keys()].filter((trial) => this.isDue(trial, now));
  }

  isDue(trial: TrialId, now: number): boolean {
    const attempt = this.#open.get(trial);
    return attempt !== undefined && attempt.deadline <= now;
  }

  /**
   * Ends an attempt that has no time left, or gives it another lease.
   *
   * @param head the position of the last entry of the log. One that is not applied yet may be a sign of its trainer
   * @returns the fact that ends it; undefined if it need not end
   */
  lose(trial: TrialId, head: number, now: number): FailedFact | undefined {
    const attempt = this.#open.get(trial);
    if (attempt === undefined || !this.isDue(trial, now) || this.#position < head) return undefined;
    attempt.deadline = now + this.#lease;
    const need = attempt.life.of(needs);
    if (!need?.isLost(attempt)) return undefined;
    return omitUndefined({ type: 'failed', trial, attempt: attempt.number, run: attempt.run, reason: 'lost', message: need.message });
  }

  #offer({ trial, attempt: number, avoid, for: ask, by }: SuggestedFact<unknown>, position: number, now: number): void {
    const earlier = this.#open.get(trial);
    if (earlier) this.#end(earlier);
    if (by === 'import') return;
    const isForAll = avoid === undefined && ask === undefined;
    const attempt: Attempt = { life: begin(), trial, number, position, isForAll, deadline: now, isPassedOver: false };
    this.#open.set(trial, attempt);
    this.#unclaimed.set(trial, attempt);
    if (isForAll) this.#forAll++;
    this.#extend(attempt, now);
    if (this.#isClosed) this.#stop(attempt, 'withdrawn', { by: 'closed' }, now);
  }

  /** The trainer that claims an attempt could have had the earlier ones. */
  #claim(attempt: Attempt, run: string, author: string | undefined, now: number): void {
    if (!attempt.life.send('claimed')) return;
    this.passOver(attempt.position - 1, now);
    this.#release(attempt);
    Object.assign(attempt, { run, author });
  }

  #stop(attempt: Attempt, event: 'stopped' | 'withdrawn', stopped: StopReason, now: number): void {
    if (!attempt.life.send(event)) return;
    attempt.stopped = stopped;
    this.#extend(attempt, now);
  }

  #close(now: number): void {
    this.#isClosed = true;
    for (const attempt of this.#open.values()) this.#stop(attempt, 'withdrawn', { by: 'closed' }, now);
  }

  #end(attempt: Attempt): void {
    attempt.life.send('ended');
    this.#release(attempt);
    this.#open.delete(attempt.trial);
  }

  #release({ trial, isForAll }: Attempt): void {
    if (this.#unclaimed.delete(trial) && isForAll) this.#forAll--;
  }

  #extend(attempt: Attempt, now: number): void {
    attempt.deadline = now + (attempt.life.of(needs)?.within(attempt) ?? 0) * this.#lease;
  }
}
