import { JetStreamApiError } from '@nats-io/jetstream';
import type { FailedFact, FailureReason, ReportedFact, TrialEvent } from '../../../src/facts/facts.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { Suggestion } from '../../engine/directive.ts';
import type { EndFact, Say } from '../../evaluate.ts';
import { isClientError } from '../connection/retry.ts';

/** An attempt that this trainer has claimed. */
export interface Claim<P> {
  readonly suggestion: Suggestion<P>;
  /** The name of the claim. */
  readonly run: string;
  /** The name of this trainer. */
  readonly trainer: string;
  /** The trace of the trial, as W3C Trace Context writes it, if the engine is traced. */
  readonly traceparent?: string | undefined;
  /** Sends each fact until the server has it, across reconnections. `end` without a fact means that no one needs the result. */
  readonly say: Pick<Say, 'report'> & {
    readonly end: (fact?: EndFact) => void;
    /** Number of facts that the server does not have yet. */
    readonly waiting: () => number;
  };
}

/** The objective of a claim while it runs. */
export interface Performing {
  /** The trial should stop; its last report is then its result. */
  stop(by: string): void;
  /** No one needs the run any longer: another run holds the trial, or the trial has ended. */
  abandon(): void;
  /** The trainer ends and hands the trial back; the objective must call `end`. Without this method, it is abandoned and reported as preempted. */
  preempt?(): void;
}

/** Starts the objective of a claim. If it throws, the trial fails. It must call `end` at some point. */
export type Perform<P> = (claim: Claim<P>) => Performing;

/** Prints a line for people. @param about the run that it is about */
export type Warn = (message: string, about?: { readonly trial?: TrialId; readonly run?: string }) => void;

export interface ClaimedRunOptions {
  /** The name of this trainer. */
  readonly trainer: string;
  /** Sends a fact until the server has it; `settled` gets the error if the server refuses it. */
  readonly store: (fact: TrialEvent, settled: (refused?: Error) => void) => void;
  /** The longest fact that counts, in bytes. */
  readonly limit: number;
  readonly traceparent?: string | undefined;
  readonly warn: Warn;
  /** Called when the last fact is known. */
  readonly ended: () => void;
  /** Called when all facts are stored. */
  readonly stored: () => void;
  readonly fail: (error: Error) => void;
}

/** Why a trial of a trainer that ends has no result. */
export const HANDED_BACK = 'handed back: its trainer was asked to end';

/** Fields that may be left out of a fact that is too long, the least important first. */
const OPTIONAL = ['trace', 'metrics', 'gradient', 'checkpoint'] as const;

/** A claimed run. It sends its facts one by one, each when the server has the previous one. */
export class ClaimedRun<P> {
  readonly #claim: Claim<P>;
  readonly #options: ClaimedRunOptions;
  readonly #facts: TrialEvent[] = [];
  /** What stopped it before its objective began. */
  #stopped: string | undefined;
  /** What receives stops: this run until its objective begins, then the objective, and nothing once the last fact is known. */
  #receiver: Performing | undefined = {
    stop: (by) => {
      this.#stopped = by;
    },
    abandon: () => this.#end(),
    preempt: () => {
      this.#options.warn(`trial ${this.suggestion.trial} handed back before it began, for another worker`, this.#about);
      this.#end(this.#failed('preempted', HANDED_BACK));
    },
  };
  /** Whether a fact is being sent. */
  #isSending = false;

  constructor(suggestion: Suggestion<P>, run: string, options: ClaimedRunOptions) {
    this.#options = options;
    this.#claim = {
      suggestion,
      run,
      trainer: options.trainer,
      traceparent: options.traceparent,
      say: {
        report: (fact) => this.#say(fact),
        end: (fact) => this.#end(fact),
        waiting: () => this.#facts.length + Number(this.#isSending),
      },
    };
  }

  get suggestion(): Suggestion<P> {
    return this.#claim.suggestion;
  }
  get #about() {
    return { trial: this.suggestion.trial, run: this.#claim.run };
  }
  /** Whether its last fact is known. The server may not have it yet. */
  get isOver(): boolean {
    return this.#receiver === undefined;
  }

  /** Claims the attempt. @param claimed called when the server has the claim */
  claim(claimed: () => void): void {
    const { run, suggestion, trainer } = this.#claim;
    const { trial, attempt } = suggestion;
    this.#isSending = true;
    this.#options.store({ type: 'started', trial, attempt, run, trainer }, (refused) => {
      if (refused) return this.#options.fail(refused);
      claimed();
      this.#isSending = false;
      this.#send();
    });
  }

  /** Begins the objective, unless the run has ended meanwhile. */
  perform(perform: Perform<P>): void {
    if (this.isOver) return;
    let performing: Performing;
    try {
      performing = perform(this.#claim);
    } catch (error) {
      return this.#end(this.#failed('error', (error instanceof Error ? error.message : String(error)).slice(0, 4096)));
    }
    if (this.isOver) return; // it has ended already
    this.#receiver = performing;
    if (this.#stopped !== undefined) performing.stop(this.#stopped);
  }

  stop(by: string): void {
    this.#receiver?.stop(by);
  }

  abandon(): void {
    this.#receiver?.abandon();
  }

  preempt(): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    if (receiver.preempt) return receiver.preempt();
    this.#end(this.#failed('preempted', HANDED_BACK));
    receiver.abandon();
  }

  #failed(reason: FailureReason, message: string): FailedFact {
    const { run, suggestion } = this.#claim;
    return { type: 'failed', trial: suggestion.trial, attempt: suggestion.attempt, run, reason, message };
  }

  #say(fact: ReportedFact | EndFact): void {
    if (this.isOver) return;
    this.#facts.push(fact);
    this.#send();
  }

  #end(fact?: EndFact): void {
    if (this.isOver) return;
    if (fact) this.#say(fact);
    else this.#facts.length = 0; // no one needs them
    this.#receiver = undefined;
    this.#options.ended();
    this.#send();
  }

  /** Sends the next fact unless one is being sent. */
  #send(): void {
    if (this.#isSending) return;
    const fact = this.#facts.shift();
    const { suggestion } = this.#claim;
    if (fact) return this.#store(this.#shortened(withAttempt(fact, suggestion.attempt)));
    if (this.isOver) this.#options.stored();
  }

  #store(fact: TrialEvent): void {
    this.#isSending = true;
    this.#options.store(fact, (refused) => {
      if (refused && !this.#replace(fact, refused)) return;
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
      warn(
        `trial ${fact.trial}: ${name} left out of ${fact.type}: it would be ${bytes} bytes long, and ${limit} is the limit`,
        this.#about,
      );
    }
    return fitted;
  }

  /** Replaces an end that cannot be stored by a failure, and drops a report. @returns whether the run can continue */
  #replace(fact: TrialEvent, error: Error): boolean {
    const { warn, fail } = this.#options;
    if (!isOfTheFact(error) || fact.type === 'failed') {
      fail(error);
      return false;
    }
    warn(`trial ${fact.trial}: ${fact.type} was not stored: ${error.message}`, this.#about);
    if (fact.type !== 'reported') this.#facts.unshift(this.#failed('error', `the result was not stored: ${error.message}`));
    return true;
  }
}

/** With the attempt, other trainers see in the last fact of a trial that it is taken. */
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
