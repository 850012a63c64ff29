import type { NatsConnection } from '@nats-io/nats-core';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Suggestion } from '../../engine/directive.ts';
import { type AttemptSteps, type Claim, HANDED_BACK, type Perform, type SayStored, type Warn } from '../../study/training/claimedRun.ts';
import type { Gate } from '../../study/training/gate.ts';
import type { Trainer } from '../../study/training/work.ts';
import type { NamingOptions } from '../protocol/subjects.ts';
import { isForAll, runTrainer } from './runTrainer.ts';

/** An attempt that a program has asked for and evaluates itself. */
export interface AskedAttempt<P> {
  readonly claim: Claim<P>;
  readonly say: SayStored;
  /** Aborts when no one needs it any longer, or it is handed back. */
  readonly lost: AbortSignal;
  /** Whether the answer to a report said that the trial should stop: a result that is told then counts as its stop. */
  isTold: boolean;
  /** The step that it reported last. */
  step?: number;
}

export interface SeatAsk {
  /** The entry of the queue that is for this ask. Default: it gets any suggestion that is not for another one. */
  readonly reserved?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SeatsOptions<P> extends NamingOptions {
  readonly warn?: Warn | undefined;
  /** The name of the trainer. Default: each one has a random name. */
  readonly name?: string | undefined;
  /** Seconds between two saves of the checkpoint of a running trial. Default: it is saved at its end. */
  readonly saveEvery?: number | undefined;
  /** Restores the checkpoint of a claim before its steps, and saves it after them. Default: checkpoints are passed on as they are. */
  readonly files?: ((steps: AttemptSteps<P>, claim: Claim<P>) => AttemptSteps<P>) | undefined;
}

interface Waiting<P> extends SeatAsk {
  readonly resolve: (attempt: AskedAttempt<P> | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A trainer of one trial at a time, which takes a trial only while an ask waits for one. */
interface Seat<P> {
  readonly trainer: Trainer;
  isFree: boolean;
  /** The ask that it serves. */
  waiting?: Waiting<P> | undefined;
  /** Asks the server for a suggestion, when the slot is free. */
  pull?: (() => void) | undefined;
}

/** Gives trials of a study on a server to a program that asks for them. There are as many trainers as trials were held at once. */
export class Seats<P> {
  readonly #nc: NatsConnection;
  readonly #study: string;
  readonly #options: SeatsOptions<P>;
  readonly #seats = new Set<Seat<P>>();

  constructor(nc: NatsConnection, study: string, options: SeatsOptions<P>) {
    this.#nc = nc;
    this.#study = study;
    this.#options = options;
  }

  /** Claims the next attempt. @returns undefined when the study has closed, or the signal aborts @throws what the server refuses */
  ask({ reserved, signal }: SeatAsk): Promise<AskedAttempt<P> | undefined> {
    return new Promise((resolve, reject) => {
      const free = [...this.#seats].find(({ isFree }) => isFree) ?? this.#open();
      const leave = () => {
        if (free.waiting === waiting) free.waiting = undefined;
        free.isFree = true;
        resolve(undefined);
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', leave);
          settle(value);
        };
      const waiting: Waiting<P> = { reserved, resolve: settled(resolve), reject: settled(reject) };
      signal?.addEventListener('abort', leave);
      free.isFree = false;
      free.waiting = waiting;
      free.pull?.();
      free.pull = undefined;
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#seats].map(({ trainer }) => trainer.close()));
  }

  #open(): Seat<P> {
    const gate: Gate = {
      whenOpen: (ask) => {
        if (seat.waiting) ask();
        else seat.pull = ask;
      },
      answered: () => {},
      enter: () => seat.waiting !== undefined,
      leave: () => {
        seat.isFree = seat.waiting === undefined;
      },
    };
    const accepts = (suggestion: Suggestion<P>) => {
      const { waiting } = seat;
      return waiting !== undefined && (waiting.reserved === undefined ? isForAll(suggestion) : suggestion.queue === waiting.reserved);
    };
    const { files = (steps) => steps, ...rest } = this.#options;
    const perform: Perform<P> = (claim) => files(this.#serve(seat, claim), claim);
    const trainer = runTrainer(this.#nc, this.#study, perform, { ...omitUndefined(rest), gate, accepts });
    const seat: Seat<P> = { trainer, isFree: true };
    this.#seats.add(seat);
    const end = (how: (waiting: Waiting<P>) => void) => {
      this.#seats.delete(seat);
      if (seat.waiting) how(seat.waiting);
      seat.waiting = undefined;
    };
    trainer.done.then(
      () => end(({ resolve }) => resolve(undefined)),
      (error) => end(({ reject }) => reject(error)),
    );
    return seat;
  }

  #serve(seat: Seat<P>, claim: Claim<P>): AttemptSteps<P> {
    return {
      begin: (suggestion, say) => {
        const { waiting } = seat;
        const { trial, attempt } = claim.suggestion;
        const losing = new AbortController();
        const preempt = () => {
          losing.abort();
          say.end({ type: 'failed', trial, attempt, run: claim.run, reason: 'preempted', message: HANDED_BACK });
        };
        seat.waiting = undefined;
        if (waiting) waiting.resolve({ claim: { ...claim, suggestion }, say, lost: losing.signal, isTold: false });
        else preempt(); // the ask was given up meanwhile
        return { stop: () => {}, preempt }; // its next report hears of it
      },
    };
  }
}
