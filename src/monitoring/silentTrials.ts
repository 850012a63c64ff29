import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { TrialId } from '../strategy/messages.ts';

/** The number of pauses that are remembered, and the number from which they say what is usual. */
const REMEMBERED = 512;
const FEWEST_TIMES = 10;
/** A trial is stuck after this many times the pause that 95 % of all pauses do not exceed, and after a minute at least. */
const FACTOR = 5;
const USUAL = 0.95;
const LEAST_SILENCE_MS = 60_000;

/** The running trials, and how long each has been silent: since its claim, or since its last report. */
export class SilentTrials {
  readonly #heard = new Map<TrialId, number>();
  /** The last pauses between two signs of a trial, in milliseconds. */
  readonly #pauses: number[] = [];
  #count = 0;

  /** Takes each entry of the log. */
  fold({ fact, effect, refusal, at }: AppliedEntry): void {
    if (refusal || !('trial' in fact) || fact.trial === undefined) return;
    const { trial, type } = fact;
    if (type === 'started') this.#heard.set(trial, at);
    else if (type === 'reported') {
      this.#paused(trial, at);
      this.#heard.set(trial, at);
    } else if (type === 'suggested' || type === 'completed' || type === 'stopped' || type === 'failed' || effect === 'ended') {
      if (type === 'completed' || type === 'stopped') this.#paused(trial, at);
      this.#heard.delete(trial);
    }
  }

  /** The longest time that a trial has been silent, in milliseconds; undefined if none runs. */
  longest(now: number): number | undefined {
    if (this.#heard.size === 0) return undefined;
    let oldest = now;
    for (const at of this.#heard.values()) oldest = Math.min(oldest, at);
    return now - oldest;
  }

  /** How many have been silent for much longer than usual. */
  stuck(now: number): number {
    const limit = this.#limit();
    let count = 0;
    for (const at of this.#heard.values()) if (now - at > limit) count++;
    return count;
  }

  #paused(trial: TrialId, at: number): void {
    const heard = this.#heard.get(trial);
    if (heard === undefined) return;
    this.#pauses[this.#count++ % REMEMBERED] = at - heard;
  }

  #limit(): number {
    if (this.#count < FEWEST_TIMES) return Number.POSITIVE_INFINITY;
    const sorted = [...this.#pauses].sort((a, b) => a - b);
    return Math.max(LEAST_SILENCE_MS, FACTOR * sorted[Math.ceil(USUAL * sorted.length) - 1]!);
  }
}
