import type { TrialId } from '../../src/strategy/messages.ts';

/**
 * The deadlines of open trials: a trial without a heartbeat until its deadline counts as lost. Callers pass the time, in milliseconds of a
 * clock that never goes back.
 *
 * All deadlines restart when this process may have missed heartbeats: after its start, after a lost connection, and when `due` was called late,
 * because the process was suspended or busy.
 */
export class Leases {
  readonly #lease: number;
  readonly #deadlines = new Map<TrialId, { at: number; readonly leases: number }>();
  #ticked: number | undefined;

  /** @param lease milliseconds. */
  constructor(lease: number) {
    this.#lease = lease;
  }

  /** How often to call `due`, in milliseconds. */
  get interval(): number {
    return this.#lease / 20;
  }

  /** Sets a deadline after a heartbeat. @param leases how many leases away it is */
  extend(trial: TrialId, now: number, leases = 1): void {
    this.#deadlines.set(trial, { at: now + leases * this.#lease, leases });
  }

  end(trial: TrialId): void {
    this.#deadlines.delete(trial);
  }

  /** Restarts all deadlines. */
  restart(now: number): void {
    for (const deadline of this.#deadlines.values()) deadline.at = now + deadline.leases * this.#lease;
    this.#ticked = now;
  }

  /** The trials whose deadline has passed; none after a gap, which restarts all deadlines. */
  due(now: number): TrialId[] {
    const late = this.#ticked === undefined || now - this.#ticked > this.interval + this.#lease / 10;
    if (late) this.restart(now);
    this.#ticked = now;
    return late ? [] : [...this.#deadlines.keys()].filter((trial) => this.isDue(trial, now));
  }

  isDue(trial: TrialId, now: number): boolean {
    const deadline = this.#deadlines.get(trial);
    return deadline !== undefined && deadline.at <= now;
  }
}
