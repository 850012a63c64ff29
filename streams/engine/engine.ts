import { type ActorRefFrom, createActor } from 'xstate';
import { type StudyPhase, studyMachine } from '../../machines/study.ts';
import type { Entry } from '../../src/entry.ts';
import type { Closed, CloseReason, Created, SuggestedFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { closedFact } from '../../src/ledger/ranking.ts';
import type { TrialId } from '../../src/messages.ts';
import type { Space } from '../../src/space/space.ts';
import type { Inspect, Strategy } from '../strategy.ts';
import type { Directive } from './directive.ts';
import { Replayer } from './replay.ts';

export interface EngineOptions<P> {
  readonly space: Space<P>;
  readonly strategy: Strategy;
  readonly inspect?: Inspect | undefined;
  /** Puts a fact at the end of the log, from where it comes back through `receive`. */
  readonly append: (fact: Created | SuggestedFact<P> | Closed) => void;
  readonly direct: (directive: Directive<P>) => void;
  readonly note?: ((noted: AppliedEntry<P>) => void) | undefined;
  /** Whether a trial is wanted now; without it, whenever there is room. `stir` is to follow when that changes. */
  readonly asked?: (() => boolean) | undefined;
  /** Reads the log from its beginning. */
  readonly past: () => AsyncIterable<readonly Entry[]>;
  /** The study has closed and no trial is open. */
  readonly finished: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Drives a study: entries in, directives and facts to append out. It runs to completion: an entry is through all strategies before the
 * next, and facts come before questions. It never has more than one question in the air.
 */
export class Engine<P> {
  readonly #options: EngineOptions<P>;
  readonly #study: ActorRefFrom<typeof studyMachine>;
  #mailbox: Entry[] = [];
  readonly #replayer: Replayer<P>;
  #busy = false;
  #over = false;
  /** Something has happened that may be a reason to ask. */
  #stirred = false;
  #fitting = false;
  /** What has been appended and not yet come back: there is one question at a time. */
  #sent: SuggestedFact<P> | Closed | undefined;
  /** Open trials that were told to stop. */
  readonly #stopped = new Set<TrialId>();

  constructor(options: EngineOptions<P>) {
    this.#options = options;
    this.#study = createActor(studyMachine, options.inspect ? { id: 'study', inspect: options.inspect } : { id: 'study' });
    const { space, strategy, inspect, past } = options;
    this.#replayer = new Replayer({ space, strategy, past, ...(inspect && { inspect }), ready: () => this.stir() });
    this.#study.start();
  }

  get ledger(): Ledger<P> {
    return this.#replayer.ledger;
  }
  /** Whether a model is being fitted that the study waits for. */
  get fitting(): boolean {
    return this.#fitting;
  }
  get phase(): StudyPhase {
    return this.#study.getSnapshot().value as StudyPhase;
  }

  /** The next entries of the log. */
  receive(entries: readonly Entry[]): void {
    this.#mailbox = this.#mailbox.length === 0 ? [...entries] : this.#mailbox.concat(entries);
    this.#turn();
  }

  /** All there was in the log has been received: after the start, or after `fenced`. */
  caughtUp(): void {
    const { phase } = this;
    if (this.#over || phase === 'rebuilding') return; // that ends by itself
    if (phase === 'replaying' && this.#replayer.outdated) void this.#rebuild(true);
    else this.#resume(phase === 'replaying');
  }

  /** Another engine wrote first; `caughtUp` is to follow once the log has been read to its head. */
  fenced(): void {
    this.#sent = undefined;
    this.#study.send({ type: 'fenced' });
  }

  /** Something outside of the log is a reason to ask anew. */
  stir(): void {
    this.#stirred = true;
    this.#turn();
  }

  /** Ends the study for a reason from outside. */
  close(reason: CloseReason): void {
    if (!this.#over && this.ledger.closed === undefined) this.#options.append(closedFact(reason, this.ledger.best));
  }

  dispose(): void {
    this.#over = true;
    this.#replayer.dispose();
    this.#study.stop();
  }

  /** Run to completion. */
  #turn(): void {
    if (this.#busy || this.#over) return;
    this.#busy = true;
    try {
      while (this.#step());
    } catch (error) {
      this.#fail(error);
    }
    this.#busy = false;
    const { closed, running, awaiting } = this.ledger;
    if (!this.#over && this.phase === 'closed' && closed !== undefined && running === awaiting) this.#options.finished();
  }

  /** Facts before questions. Whether anything was done. */
  #step(): boolean {
    const { phase } = this;
    if (this.#over || phase === 'rebuilding') return false;
    if (this.#mailbox.length > 0) {
      const entries = this.#mailbox;
      this.#mailbox = [];
      this.#foldAll(entries);
      return true;
    }
    if (phase !== 'listening' || this.#sent || !this.#stirred) return false;
    this.#stirred = false;
    this.#decide();
    return true;
  }

  #foldAll(entries: readonly Entry[]): void {
    for (let i = 0; i < entries.length; i++) {
      if (this.phase === 'rebuilding') {
        this.#mailbox = [...entries.slice(i), ...this.#mailbox];
        return;
      }
      this.#fold(entries[i]!);
    }
  }

  #fold(entry: Entry): void {
    const applied = this.#replayer.fold(entry);
    this.#options.note?.(applied);
    const live = this.phase !== 'replaying';
    if (live && this.#replayer.outdated) return void this.#rebuild(false);
    if (applied.effect === 'closed') {
      this.#sent = undefined;
      this.#study.send({ type: 'closed' });
    }
    if (!live) return;
    this.#direct(applied);
    if (!this.#over) this.#advance(applied); // the receiver of a directive may have ended it
  }

  #decide(): void {
    this.#fitting = false;
    if (!this.#wants()) return;
    const next = this.#replayer.decide();
    if (next.type === 'wait') {
      this.#fitting = next.until === 'ready';
      return;
    }
    this.#options.append(next.fact);
    if (isSame(next.fact, this.#mailbox.at(-1)?.fact)) return; // a log that answers at once: it is back, and is the next thing to be folded
    this.#sent = next.fact;
  }

  /** What an entry means for the phase of the study. */
  #advance({ fact, refusal }: AppliedEntry<P>): void {
    if (isSame(this.#sent, fact)) this.#sent = undefined;
    if (this.phase === 'closed' && this.ledger.closed === undefined) this.#study.send({ type: 'reopened' });
    if (!refusal) this.#stirred = true;
  }

  #wants(): boolean {
    const { type } = this.ledger.demand();
    return type === 'close' || (type !== 'nothing' && (this.#options.asked?.() ?? true));
  }

  /** Sends what trainers must know of an entry. */
  #direct(applied: AppliedEntry<P>): void {
    const { effect, fact } = applied;
    switch (effect) {
      case 'rejected':
        return this.#options.direct({ type: 'rejected', ...applied });
      case 'retried':
        this.#hand(fact);
        this.#stopped.delete(fact.trial); // the trainer that claims it does not know of the stop
        return this.#stopAsTold();
      case 'void':
        return this.#stop(fact.trial, 'void');
      case 'cancelled':
        return this.#stop(fact.trial, 'person');
      case 'closed':
        return this.#stopAll();
      case 'suggested':
        this.#hand(fact);
        return this.#stopAsTold();
      case 'reported':
        return this.#stopAsTold();
      case 'ended':
        this.#stopped.delete(fact.trial);
        this.#stopAsTold();
    }
  }

  /** Passes on what strategies want stopped, once for each trial. */
  #stopAsTold(): void {
    for (const [trial, by] of this.#replayer.stops) {
      if (!this.#stopped.has(trial) && !this.ledger.open.get(trial)?.awaiting) this.#stop(trial, by);
    }
  }

  #stopAll(): void {
    for (const trial of this.ledger.open.keys()) if (!this.#stopped.has(trial)) this.#stop(trial, 'closed');
  }

  #stop(trial: TrialId, by: string): void {
    this.#stopped.add(trial);
    this.#options.direct({ type: 'stop', trial, by });
  }

  #hand(suggestion: SuggestedFact<P>): void {
    if (suggestion.by !== 'import') this.#options.direct(suggestion);
  }

  /** Lets strategies read the log again, with what later entries say about earlier ones. */
  async #rebuild(cold: boolean): Promise<void> {
    this.#study.send({ type: 'revised' });
    try {
      await this.#replayer.rebuild();
      if (!this.#over) this.#resume(cold);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param cold whether trainers may not know what is open, since nobody has told them in this process. */
  #resume(cold: boolean): void {
    const { ledger } = this;
    if (cold) for (const trial of ledger.open.values()) if (!trial.awaiting) this.#hand(trial.suggestion);
    this.#study.send({ type: 'caughtUp' });
    this.#stirred = true;
    this.#stopAsTold();
    if (cold) for (const trial of ledger.open.values()) if (trial.cancelled) this.#stop(trial.proposal.id, 'person');
    if (ledger.closed !== undefined) {
      this.#stopAll();
      this.#study.send({ type: 'closed' });
    }
    this.#turn();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.dispose();
    this.#options.fail(error);
  }
}

/** Whether a fact answers the question of the one that was sent, no matter which engine wrote it. */
const isSame = <P>(sent: SuggestedFact<P> | Closed | undefined, fact: unknown): boolean =>
  sent?.type === 'suggested' && isSuggestion(fact) && fact.trial === sent.trial && fact.attempt === sent.attempt;

const isSuggestion = (fact: unknown): fact is { readonly trial: unknown; readonly attempt: unknown } =>
  typeof fact === 'object' && fact !== null && 'type' in fact && fact.type === 'suggested';
