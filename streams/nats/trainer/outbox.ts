import { JetStreamApiError } from '@nats-io/jetstream';
import type { FailedFact, TrialEvent } from '../../../src/facts/facts.ts';
import type { Outgoing, RunRef, Warn } from '../../study/training/claimedRun.ts';
import { isClientError } from '../connection/retry.ts';

export interface OutboxOptions {
  /** Sends a fact until the server has it; `settled` gets its position, or the error if the server refuses it. */
  readonly store: (fact: TrialEvent, settled: (stored: number | Error) => void) => void;
  /** The longest fact that counts, in bytes. */
  readonly limit: number;
  readonly warn: Warn;
  readonly fail: (error: Error) => void;
}

/** Fields that may be left out of a fact that is too long, the least important first. */
const OPTIONAL = ['trace', 'metrics', 'gradient', 'checkpoint'] as const;

interface Waiting {
  readonly fact: TrialEvent;
  readonly settled: Parameters<Outgoing['add']>[1];
}

/** The facts of a run on their way to the server, each sent when the server has the previous one. */
export class Outbox implements Outgoing {
  readonly #run: RunRef;
  readonly #options: OutboxOptions;
  readonly #stored: () => void;
  readonly #facts: Waiting[] = [];
  #isSending = false;

  /** @param stored called when the server has all of them */
  constructor(run: RunRef, options: OutboxOptions, stored: () => void) {
    this.#run = run;
    this.#options = options;
    this.#stored = stored;
  }

  /** How many the server does not have yet. */
  get waiting(): number {
    return this.#facts.length + Number(this.#isSending);
  }

  /**
   * Sends a fact. With the attempt, other trainers see in the last fact of a trial that it is taken.
   *
   * @param settled called with its position when the server has it, with undefined if it is dropped
   */
  add(fact: TrialEvent, settled: Waiting['settled']): void {
    this.#facts.push({ fact: withAttempt(fact, this.#run.attempt), settled });
    this.#send();
  }

  /** Drops those that are not sent yet: no one needs them. */
  clear(): void {
    for (const { settled } of this.#facts.splice(0)) settled(undefined);
    this.#send();
  }

  #send(): void {
    if (this.#isSending) return;
    const next = this.#facts.shift();
    if (!next) return this.#stored();
    this.#isSending = true;
    this.#options.store(this.#shortened(next.fact), (stored) => {
      if (typeof stored !== 'number' && !this.#replace(next, stored)) return;
      if (typeof stored === 'number') next.settled(stored);
      this.#isSending = false;
      this.#send();
    });
  }

  /** Leaves the trace, then metrics, then the gradient, then the checkpoint out of a fact that is too long, so that its values are never lost. */
  #shortened(fact: TrialEvent): TrialEvent {
    const { limit, warn } = this.#options;
    const fitted: TrialEvent & Partial<Record<(typeof OPTIONAL)[number], unknown>> = { ...fact };
    for (const name of OPTIONAL) {
      if (!(name in fitted)) continue;
      const bytes = bytesOf(fitted);
      if (bytes <= limit) break;
      delete fitted[name];
      const message = `trial ${fact.trial}: ${name} left out of ${fact.type}: it would be ${bytes} bytes long, and ${limit} is the limit`;
      warn(message, this.#about);
    }
    return fitted;
  }

  /** Replaces an end that cannot be stored by a failure, and drops a report. @returns whether the run can continue */
  #replace({ fact, settled }: Waiting, error: Error): boolean {
    const { warn, fail } = this.#options;
    if (!isOfTheFact(error) || fact.type === 'failed' || fact.type === 'started') {
      fail(error);
      return false;
    }
    warn(`trial ${fact.trial}: ${fact.type} was not stored: ${error.message}`, this.#about);
    const failed: FailedFact = { type: 'failed', ...this.#run, reason: 'error', message: `the result was not stored: ${error.message}` };
    if (fact.type === 'reported') settled(undefined);
    else this.#facts.unshift({ fact: failed, settled });
    return true;
  }

  get #about() {
    return { trial: this.#run.trial, run: this.#run.run };
  }
}

const withAttempt = <F extends TrialEvent>(fact: F, attempt: number): F => ({ ...fact, attempt });

const encoder = new TextEncoder();
/** The length of a fact in bytes; 0 if it cannot be encoded as JSON, which the sender reports. */
function bytesOf(fact: TrialEvent): number {
  try {
    return encoder.encode(JSON.stringify(fact)).length;
  } catch {
    return 0;
  }
}

/** Whether the fact is the cause: the stream refuses it, it is larger than any message may be, or it cannot be encoded as JSON. */
const isOfTheFact = (error: Error): boolean =>
  error instanceof JetStreamApiError || isClientError(error, 'InvalidArgumentError') || error instanceof TypeError;
