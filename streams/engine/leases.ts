import type { TrialId } from '../../src/messages.ts';

/**
 * The table of deadlines of open trials: who shows no sign of life until then counts as lost. It keeps no clock: times are milliseconds of
 * one that never goes back, told with each call.
 *
 * All deadlines begin anew when this process may have missed signs of life: after its start, after its connection was away, and when its own
 * clock has not ticked for longer than it should, since it was suspended or busy then.
 */
export class Leases {
  readonly #lease: number;
  readonly #deadlines = new Map<TrialId, { at: number; readonly leases: number }>();
  #ticked: number | undefined;

  /** @param lease milliseconds. */
  constructor(lease: number) {
    this.#lease = lease;
  }

  /** How often `due` is to be called, in milliseconds. */
  get interval(): number {
    return this.#lease / 20;
  }

  /** A sign of life. @param leases how many it may take until the next one. */
  extend(trial: TrialId, now: number, leases = 1): void {
    this.#deadlines.set(trial, { at: now + leases * this.#lease, leases });
  }

  end(trial: TrialId): void {
    this.#deadlines.delete(trial);
  }

  /** All deadlines begin anew. */
  restart(now: number): void {
    for (const deadline of this.#deadlines.values()) deadline.at = now + deadline.leases * this.#lease;
    this.#ticked = now;
  }

  /** The trials whose deadline is over; nothing after a gap, which restarts all. */
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
