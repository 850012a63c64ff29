import { Life } from '../../../machines/chart.ts';
import { claimChart } from '../../../machines/trainers.ts';
import type { FailedFact, FailureReason, TrialEvent } from '../../../src/facts/facts.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { StopReason, TrialId } from '../../../src/strategy/messages.ts';
import type { Suggestion } from '../../engine/directive.ts';
import type { EndFact, Say } from '../../evaluate.ts';
import { withResolvers } from '../../promises.ts';
import { type SaveRunning, saveRunning } from './saveRunning.ts';

/** An attempt that this trainer has claimed. */
export interface Claim<P> {
  readonly suggestion: Suggestion<P>;
  /** The name of the claim. */
  readonly run: string;
  /** The name of this trainer. */
  readonly trainer: string;
  /** The trace of the trial, as W3C Trace Context writes it, if the engine is traced. */
  readonly traceparent?: string | undefined;
  /** Aborts when no one needs the attempt any longer, or nothing more is done for it. */
  readonly signal: AbortSignal;
}

/** Sends each fact until the server has it, across reconnections. Facts after the last one are ignored. */
export interface SayStored extends Say {
  /** Number of facts that the server does not have yet. */
  readonly waiting: () => number;
  /**
   * Resolves with the position of the last fact that was said, when the checkpoint is saved that a report asked for; undefined if the server never gets
   * the fact, as no one needs it.
   */
  readonly stored: () => Promise<number | undefined>;
}

/** What evaluates an attempt while it runs. */
export interface Performing {
  /** The trial should stop; its last report is then its result. */
  stop(by: string, why?: string): void;
  /** It must end: the trainer hands the trial back, or no one needs the run. */
  preempt(): void;
}

/** How an attempt is evaluated. An attempt that ends before it begins is only left. */
export interface AttemptSteps<P> {
  /** Makes it ready, such as by restoring its checkpoint. @returns what it begins with; undefined if it can begin at once */
  restore?(): Promise<Suggestion<P>> | undefined;
  /** Begins it. If it throws, the trial fails. It must say the last fact at some point. */
  begin(ready: Suggestion<P>, say: SayStored): Performing;
  /** Saves the checkpoint that it has named while it runs. @returns its reference, if there was something to save */
  save?(named: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** Saves the checkpoint of its last fact. @param last the reference that was saved last while it ran */
  conclude?(fact: EndFact, last: string | undefined): Promise<EndFact>;
  /** Nothing more is done for it. @param fact its last one; undefined if no one needs it */
  left?(fact: EndFact | undefined): void;
}

/** Decides how a claim is evaluated. If it throws, the trial fails. */
export type Perform<P> = (claim: Claim<P>) => AttemptSteps<P>;

/** The facts of a run on their way to the study, each sent when the study has the one before. */
export interface Outgoing {
  /** How many the study does not have yet. */
  readonly waiting: number;
  /** @param settled called with its position when the study has it; with undefined if the study never gets it */
  add(fact: TrialEvent, settled: (position: number | undefined) => void): void;
  /** Drops those that are not sent yet: no one needs them. */
  clear(): void;
}

/** What names a run. */
export interface RunRef {
  readonly trial: TrialId;
  readonly attempt: number;
  readonly run: string;
}

/** Prints a line for people. @param about the run that it is about */
export type Warn = (message: string, about?: Partial<Pick<RunRef, 'trial' | 'run'>>) => void;

export interface ClaimedRunOptions {
  /** The name of this trainer. */
  readonly trainer: string;
  /** Makes the way of its facts. @param stored called when the study has all of them */
  readonly outgoing: (of: RunRef, stored: () => void) => Outgoing;
  readonly warn: Warn;
  readonly traceparent?: string | undefined;
  /** Seconds between two saves of the checkpoint of a running trial. Default: it is saved at its end. */
  readonly saveEvery?: number | undefined;
  /** Called when the last fact is known. */
  readonly ended: () => void;
  /** Called when all facts are stored. */
  readonly stored: () => void;
}

const nothing = () => {};

/** Why a trial of a trainer that ends has no result. */
export const HANDED_BACK = 'handed back: its trainer was asked to end';

/** An attempt of a trainer, from its claim until the study has its last fact. */
export class ClaimedRun<P> {
  readonly #claim: Claim<P>;
  readonly #options: ClaimedRunOptions;
  readonly #life = new Life(claimChart);
  readonly #left = new AbortController();
  readonly #facts: Outgoing;
  #steps: AttemptSteps<P> | undefined;
  #performing: Performing | undefined;
  #saving: SaveRunning | undefined;
  #stopped: StopReason | undefined;
  /** The checkpoint that was saved last while it ran. */
  #last: string | undefined;
  /** Resolves as the last fact so far has its position. */
  #said: Promise<number | undefined> = Promise.resolve(undefined);
  readonly #end = withResolvers<number | undefined>();
  /** What happens in each phase. While its checkpoint is saved, its last fact is known already. */
  readonly #phases = {
    preparing: {
      stop: () => this.#leaveEarly('was stopped before it began', { type: 'stopped', ...this.#about }),
      preempt: () => this.#leaveEarly('handed back before it began, for another worker', this.#failed('preempted', HANDED_BACK)),
      abandon: () => this.#leave(),
      end: nothing,
    },
    running: {
      stop: ({ by, why }: StopReason) => this.#performing?.stop(by, why),
      preempt: () => this.#performing?.preempt(),
      abandon: () => {
        this.#life.send('abandoned');
        this.#left.abort();
        this.#performing?.preempt();
      },
      end: (fact: EndFact) => {
        this.#life.send('ended');
        if (fact.checkpoint === undefined && !this.#saving) this.#leave(fact);
        else void this.#concluded(fact).then((last) => this.#leave(last));
      },
    },
    abandoned: { stop: nothing, preempt: nothing, abandon: nothing, end: () => this.#leave() },
    saving: { stop: nothing, preempt: nothing, abandon: () => this.#leave(), end: nothing },
  };

  constructor(suggestion: Suggestion<P>, run: string, options: ClaimedRunOptions) {
    const { trainer, traceparent, outgoing, stored } = options;
    const { trial, attempt } = suggestion;
    this.#options = options;
    this.#claim = { suggestion, run, trainer, traceparent, signal: this.#left.signal };
    this.#facts = outgoing({ trial, attempt, run }, () => {
      if (this.isOver) stored();
    });
  }

  get suggestion(): Suggestion<P> {
    return this.#claim.suggestion;
  }
  get #about(): { readonly trial: TrialId; readonly run: string } {
    return { trial: this.suggestion.trial, run: this.#claim.run };
  }
  /** Whether its last fact is known. The server may not have it yet. */
  get isOver(): boolean {
    return this.#life.isOver;
  }

  /** Claims the attempt. @param claimed called when the server has the claim */
  claim(claimed: () => void): void {
    const { run, trainer, suggestion } = this.#claim;
    this.#said = this.#add({ type: 'started', trial: suggestion.trial, attempt: suggestion.attempt, run, trainer }, claimed);
  }

  #add(fact: TrialEvent, stored = nothing): Promise<number | undefined> {
    return new Promise((resolve) =>
      this.#facts.add(fact, (position) => {
        if (position !== undefined) stored();
        resolve(position);
      }),
    );
  }

  /** Makes the attempt ready and begins it, unless it has ended meanwhile. */
  perform(perform: Perform<P>): void {
    if (this.isOver) return;
    try {
      this.#steps = perform(this.#claim);
      const restored = this.#steps.restore?.();
      if (!restored) return this.#begin(this.suggestion);
      restored.then((ready) => this.#begin(ready)).catch((error) => this.#leave(this.#broken(error)));
    } catch (error) {
      this.#leave(this.#broken(error));
    }
  }

  stop({ by, why }: StopReason): void {
    if (this.#stopped) return;
    this.#stopped = omitUndefined({ by, why });
    this.#life.of(this.#phases)?.stop(this.#stopped);
  }

  preempt(): void {
    this.#life.of(this.#phases)?.preempt();
  }

  abandon(): void {
    this.#life.of(this.#phases)?.abandon();
  }

  #begin(ready: Suggestion<P>): void {
    if (!this.#life.send('begun')) return;
    const { saveEvery } = this.#options;
    const waiting = () => this.#facts.waiting;
    if (saveEvery !== undefined)
      this.#saving = saveRunning(
        (named, signal) => this.#save(named, signal),
        saveEvery,
        () => waiting() === 0,
      );
    const report: Say['report'] = (fact, named) => {
      if (this.isOver) return;
      const stored = this.#add(this.#saving?.reported(fact, named) ?? fact);
      this.#said = Promise.all([stored, this.#saving?.saving]).then(([position]) => position);
    };
    const end: Say['end'] = (fact) => {
      this.#said = this.#end.promise;
      this.#life.of(this.#phases)?.end(fact);
    };
    this.#performing = this.#steps!.begin(ready, { report, end, waiting, stored: () => this.#said });
  }

  async #save(named: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    const reference = await this.#steps!.save?.(named, signal);
    if (reference === this.#last) return undefined;
    this.#last = reference ?? this.#last;
    return reference;
  }

  async #concluded(fact: EndFact): Promise<EndFact> {
    await this.#saving?.close();
    return (await this.#steps!.conclude?.(fact, this.#last)) ?? fact;
  }

  #leaveEarly(why: string, fact: EndFact): void {
    if (!this.#steps) this.#options.warn(`trial ${this.suggestion.trial} ${why}`, this.#about); // otherwise its steps hear of the end
    this.#leave(fact);
  }

  /** Nothing more is done here. */
  #leave(fact?: EndFact): void {
    if (!this.#life.send('left')) return;
    this.#left.abort();
    void this.#saving?.close();
    this.#steps?.left?.(fact);
    this.#options.ended();
    if (!fact) {
      this.#facts.clear();
      return this.#end.resolve(undefined);
    }
    void this.#add(fact.type === 'stopped' && fact.by === undefined ? { ...fact, ...this.#stopped } : fact).then(this.#end.resolve);
  }

  #broken(error: unknown): FailedFact {
    return this.#failed('error', (error instanceof Error ? error.message : String(error)).slice(0, 4096));
  }

  #failed(reason: FailureReason, message: string): FailedFact {
    return { type: 'failed', ...this.#about, attempt: this.suggestion.attempt, reason, message };
  }
}
