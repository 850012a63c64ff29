import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/nats-core';
import type { FailedFact, FailureReason, ReportedFact, TrialEvent } from '../../src/facts/facts.ts';
import type { Suggestion } from '../engine/directive.ts';
import type { EndFact, Say } from '../evaluate.ts';

/** An attempt that this trainer has taken on. */
export interface Claim<P> {
  readonly suggestion: Suggestion<P>;
  /** The name of the claim. */
  readonly run: string;
  /** Takes facts, each of which is sent until the server has it, across reconnects. The end may be left out where nobody wants it any longer. */
  readonly say: Pick<Say, 'report'> & { readonly end: (fact?: EndFact) => void };
}

/** What takes a claim to its end, and hears on the way what becomes of it. */
export interface Performing {
  /** The trial is to stop; its last report is then its result. */
  stop(by: string): void;
  /** Nobody wants the run any longer: another one holds the trial, or it has ended. */
  abandon(): void;
  /** The trainer ends, and the trial is given back: it is to say so. Without this, it is abandoned, and that is said for it. */
  preempt?(): void;
}

/** Begins what a claim asks for; what it throws makes the trial fail. Sooner or later it is to say an end. */
export type Perform<P> = (claim: Claim<P>) => Performing;

export interface ClaimedRunOptions {
  /** Sends a fact until the server has it; `settled` is told why it will not take it. */
  readonly store: (fact: TrialEvent, id: string, settled: (refused?: Error) => void) => void;
  /** The longest fact that counts, in bytes. */
  readonly limit: number;
  readonly warn: (message: string) => void;
  /** The run is over, and its last word is on its way. */
  readonly ended: () => void;
  /** All that was said of it is stored. */
  readonly stored: () => void;
  readonly fail: (error: Error) => void;
}

/** What may be left out of a fact that is too long, the least important first. */
const HEAVY = ['metrics', 'gradient', 'checkpoint'] as const;

/** A run in hand: its facts go out one after the other, each when the server has the one before. */
export class ClaimedRun<P> {
  readonly #claim: Claim<P>;
  readonly #options: ClaimedRunOptions;
  readonly #facts: TrialEvent[] = [];
  #performing: Performing | undefined;
  #stopped: string | undefined;
  #count = 0;
  #sending = false;
  #over = false;

  constructor(suggestion: Suggestion<P>, run: string, options: ClaimedRunOptions) {
    this.#options = options;
    this.#claim = { suggestion, run, say: { report: (fact) => this.#say(fact), end: (fact) => this.#end(fact) } };
  }

  get suggestion(): Suggestion<P> {
    return this.#claim.suggestion;
  }

  /** Claims the attempt. @param claimed is told when the server has the claim. */
  claim(trainer: string, claimed: () => void): void {
    const { run, suggestion } = this.#claim;
    const { trial, attempt } = suggestion;
    this.#sending = true;
    this.#options.store({ type: 'started', trial, attempt, run, trainer }, `${run}/0`, (refused) => {
      if (refused) return this.#options.fail(refused);
      claimed();
      this.#sending = false;
      this.#send();
    });
  }

  /** Begins, unless nobody wants it any longer. */
  perform(perform: Perform<P>): void {
    if (this.#over) return;
    try {
      this.#performing = perform(this.#claim);
    } catch (error) {
      return this.#end(this.#failed('error', (error instanceof Error ? error.message : String(error)).slice(0, 4096)));
    }
    if (this.#stopped !== undefined) this.#performing.stop(this.#stopped);
  }

  stop(by: string): void {
    if (this.#over) return;
    this.#stopped = by;
    this.#performing?.stop(by);
  }

  abandon(): void {
    if (this.#over) return;
    if (this.#performing) this.#performing.abandon();
    else this.#end();
  }

  preempt(): void {
    if (this.#over) return;
    if (this.#performing?.preempt) return this.#performing.preempt();
    this.#end(this.#failed('preempted', 'its trainer was told to end'));
    this.#performing?.abandon();
  }

  #failed(reason: FailureReason, message: string): FailedFact {
    const { run, suggestion } = this.#claim;
    return { type: 'failed', trial: suggestion.trial, attempt: suggestion.attempt, run, reason, message };
  }

  #say(fact: ReportedFact | EndFact): void {
    if (this.#over) return;
    this.#facts.push(fact);
    this.#send();
  }

  #end(fact?: EndFact): void {
    if (this.#over) return;
    if (fact) this.#say(fact);
    else this.#facts.length = 0; // nobody wants to hear of it
    this.#over = true;
    this.#options.ended();
    this.#send();
  }

  /** The next fact, when the one before is stored. */
  #send(): void {
    if (this.#sending) return;
    const fact = this.#facts.shift();
    const { suggestion, run } = this.#claim;
    if (fact) this.#store(this.#fitted({ ...fact, attempt: suggestion.attempt } as TrialEvent), `${run}/${++this.#count}`);
    else if (this.#over) this.#options.stored();
  }

  #store(fact: TrialEvent, id: string): void {
    this.#sending = true;
    this.#options.store(fact, id, (refused) => {
      if (refused && !this.#replace(fact, refused)) return;
      this.#sending = false;
      this.#send();
    });
  }

  /** What is too long goes without its metrics, then its gradient, then its checkpoint: its values are never lost by what comes with them. */
  #fitted(fact: TrialEvent): TrialEvent {
    const { limit, warn } = this.#options;
    let fitted = fact;
    for (const name of HEAVY) {
      if (!(name in fitted)) continue;
      const bytes = bytesOf(fitted);
      if (bytes <= limit) break;
      const { [name]: _, ...rest } = fitted as TrialEvent & Readonly<Partial<Record<(typeof HEAVY)[number], unknown>>>;
      fitted = rest as TrialEvent;
      warn(`trial ${fact.trial}: ${name} left out of ${fact.type}: it would be ${bytes} bytes long, and ${limit} is the limit`);
    }
    return fitted;
  }

  /** What cannot be stored is replaced where it is an end, and left out where it is not. @returns whether that goes. */
  #replace(fact: TrialEvent, error: Error): boolean {
    const { warn, fail } = this.#options;
    if (!isOfTheFact(error) || fact.type === 'failed') {
      fail(error);
      return false;
    }
    warn(`trial ${fact.trial}: ${fact.type} was not taken: ${error.message}`);
    if (fact.type !== 'reported') this.#facts.unshift(this.#failed('error', `the result was not taken: ${error.message}`));
    return true;
  }
}

const encoder = new TextEncoder();
/** The length of a fact on its way; 0 where there is no JSON for it, which is told when it is sent. */
function bytesOf(fact: TrialEvent): number {
  try {
    return encoder.encode(JSON.stringify(fact)).length;
  } catch {
    return 0;
  }
}

/** Whether a fact is to blame: the stream does not take it, it is larger than any message may be, or there is no JSON for it. */
const isOfTheFact = (error: Error): boolean =>
  error instanceof JetStreamApiError || error instanceof errors.InvalidArgumentError || error instanceof TypeError;
