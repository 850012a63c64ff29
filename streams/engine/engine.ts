import { type ActorRefFrom, createActor } from 'xstate';
import { type EnginePhase, type StudyEvent, type StudyTag, studyMachine } from '../../machines/study.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Closed, CloseReason, Created, ExpiredFact, Instructed, SuggestedFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { isTrialRunning } from '../../src/ledger/openTrials.ts';
import { closedFact } from '../../src/ledger/ranking.ts';
import { isRecord } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import type { Watch } from '../../src/strategy/env.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import type { Inspect } from '../kernel/drive.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { Decider, type Next } from './decider.ts';
import type { Directive } from './directive.ts';
import type { Spans } from './spans.ts';

export interface EngineOptions<P> {
  readonly space: Space<P>;
  readonly strategy: Strategy | undefined;
  readonly inspect?: Inspect | undefined;
  readonly watch?: Watch | undefined;
  readonly spans?: Spans | undefined;
  /** Appends a fact to the log, from which it comes back through `receive`. */
  readonly append: (fact: Created | SuggestedFact<P> | ExpiredFact | Instructed | Closed) => void;
  readonly direct: (directive: Directive<P>) => void;
  /** Called with each entry of the log and what it did. */
  readonly onEntry?: ((applied: AppliedEntry<P>) => void) | undefined;
  /** Whether a trial is wanted now (default: whenever there is room). Call `wake` when that changes. */
  readonly isTrialWanted?: (() => boolean) | undefined;
  /** Whether trainers claim trials: a trial then runs only after a claim. */
  readonly areClaimed?: boolean | undefined;
  /** Called when the study waits for an external proposer: append `expired` after that many seconds (default: immediately, as no one can propose). */
  readonly onProposerAwaited?: ((proposer: string, seconds: number) => void) | undefined;
  /** Reads the log from its beginning. */
  readonly past: () => AsyncIterable<readonly Entry[]>;
  /** Called after each turn in which the study is closed and no trial runs. */
  readonly finished: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Drives a study: takes entries, and emits directives and facts to append. An entry passes through all strategies before the next one, and entries
 * are handled before decisions. The machine of the study defines what may happen in which phase; at most one decision is on its way to the log.
 */
export class Engine<P> {
  readonly #options: EngineOptions<P>;
  readonly #study: ActorRefFrom<typeof studyMachine>;
  #decider: Decider<P>;
  #mailbox: Entry[] = [];
  /** The decision on its way to the log. */
  #sent: SuggestedFact<P> | Instructed | Closed | undefined;
  /** Position of the last entry before that decision. */
  #sentAfter = 0;
  /** Open trials that were told to stop. */
  readonly #stopped = new Set<TrialId>();
  /** When an ask began to wait for a model, in milliseconds since 1970, for traces. */
  #fitting: number | undefined;
  /** Prevents a callback from starting a second loop: the running loop does its work. */
  #isTurning = false;

  constructor(options: EngineOptions<P>) {
    const { space, strategy, inspect, watch, past } = options;
    this.#options = options;
    this.#study = createActor(studyMachine, omitUndefined({ id: 'study', inspect }));
    const actor = inspect && this.#study; // XState keeps each actor below a root until the root ends, so they are below it only if someone inspects them
    this.#decider = new Decider(omitUndefined({ space, strategy, past, watch, actor, ready: () => this.wake() }));
    this.#study.start();
  }

  get ledger(): Ledger<P> {
    return this.#decider.ledger;
  }
  get phase(): EnginePhase {
    const { value } = this.#study.getSnapshot();
    return typeof value === 'string' ? value : 'open' in value ? value.open : 'rebuilding';
  }

  /** Takes the next entries of the log. */
  receive(entries: readonly Entry[]): void {
    this.#mailbox = this.#mailbox.length === 0 ? [...entries] : this.#mailbox.concat(entries);
    this.#turn();
  }

  /** Call this when the log has been received to its end: after the start, and after `fenced`. */
  caughtUp(): void {
    if (!this.#does('folds')) return; // while strategies read the log again, which ends by itself
    const cold = !this.#does('directs');
    if (cold && this.#decider.outdated) void this.#rebuild(true);
    else this.#resume(cold);
  }

  /** Call this when another engine wrote first. Call `caughtUp` when the log has been read to its end. */
  fenced(): void {
    this.#send({ type: 'fenced' });
  }

  /** Call this when something outside the log may require a new trial. */
  wake(): void {
    this.#wake();
    this.#turn();
  }

  /** Closes the study for a reason from outside. */
  close(reason: CloseReason): void {
    if (this.#isLive && this.ledger.closed === undefined) this.#options.append(closedFact(reason, this.ledger.best));
  }

  dispose(): void {
    this.#decider.dispose();
    this.#send({ type: 'disposed' });
  }

  /** A receiver of a directive may dispose the engine in the middle of a turn. */
  get #isLive(): boolean {
    return this.#study.getSnapshot().status === 'active';
  }

  #does(tag: StudyTag): boolean {
    return this.#study.getSnapshot().hasTag(tag);
  }

  #send(event: StudyEvent): void {
    if (this.#isLive) this.#study.send(event);
  }

  #wake(): void {
    if (this.#does('waits')) this.#send({ type: 'woken' });
  }

  /** Works until there is nothing left to do. */
  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    try {
      while (this.#step());
    } catch (error) {
      this.#fail(error);
    }
    this.#isTurning = false;
    if (this.#does('ends') && !isTrialRunning(this.ledger, this.#options.areClaimed)) this.#send({ type: 'drained' });
    if (this.#does('finished')) this.#options.finished();
  }

  /** Folds entries if there are any, otherwise decides. @returns whether there was anything to do */
  #step(): boolean {
    if (!this.#does('folds')) return false;
    if (this.#mailbox.length > 0) {
      const entries = this.#mailbox;
      this.#mailbox = [];
      this.#foldAll(entries);
      return true;
    }
    if (!this.#does('decides') || !this.#isWanted()) return false;
    this.#decide();
    return true;
  }

  #foldAll(entries: readonly Entry[]): void {
    for (let i = 0; i < entries.length; i++) {
      if (!this.#does('folds')) {
        this.#mailbox = [...entries.slice(i), ...this.#mailbox];
        return;
      }
      this.#fold(entries[i]!);
    }
  }

  #fold(entry: Entry): void {
    const applied = this.#decider.fold(entry);
    this.#options.onEntry?.(applied);
    this.#options.spans?.apply(applied as AppliedEntry);
    if (!this.#does('directs')) return;
    if (this.#decider.outdated) return void this.#rebuild(false);
    if (applied.effect === 'closed') this.#send({ type: 'closed' });
    this.#direct(applied);
    this.#advance(applied);
  }

  #decide(): void {
    const asked = this.#options.spans ? performance.timeOrigin + performance.now() : 0;
    const next = this.#decider.decide();
    this.#trace(next, asked);
    if (next.type !== 'append') {
      this.#send({ type: next.until === 'ready' ? 'fits' : 'waits' });
      return next.until === 'proposal' ? this.#await(next.proposer, next.seconds) : undefined;
    }
    this.#sent = next.fact;
    this.#sentAfter = this.ledger.position;
    this.#options.append(next.fact);
    const isBack = isSame(next.fact, this.#mailbox.at(-1)?.fact); // some logs answer immediately; a phase without duration is not worth its cost
    if (!isBack) this.#send({ type: 'appended' });
  }

  #await(proposer: string, seconds: number): void {
    if (this.#options.onProposerAwaited) this.#options.onProposerAwaited(proposer, seconds);
    else this.#options.append({ type: 'expired', proposer, known: this.ledger.position });
  }

  /** Reports a decision, and since when it waited for a model. */
  #trace(next: Next<P>, asked: number): void {
    if (next.type === 'append' && next.fact.type === 'suggested') this.#options.spans?.decided(next.fact, asked, this.#fitting);
    if (next.type === 'append') this.#fitting = undefined;
    else if (next.until === 'ready') this.#fitting ??= asked;
  }

  /** Sends the machine of the study the event that an entry means. */
  #advance({ effect, fact, refusal, position }: AppliedEntry<P>): void {
    if (isSame(this.#sent, fact)) {
      this.#sent = undefined;
      // If an entry came between, it may be the reason, and the study decides again. Otherwise it would decide the same for ever.
      if (refusal && position === this.#sentAfter + 1)
        throw new StrategyError(`the log refused the decision of the study: ${refusal.message}`);
      if (this.#does('sends')) this.#send({ type: 'stored' });
    } else if (this.#does('ends') && this.ledger.closed === undefined) this.#send({ type: 'reopened' });
    else if (this.#does('ends') && effect === 'retried') this.#send({ type: 'retried' });
    else if (!refusal) this.#wake();
  }

  /** Whether a decision is wanted now. */
  #isWanted(): boolean {
    const { type } = this.ledger.demand();
    return type === 'close' || type === 'instruct' || (type !== 'nothing' && (this.#options.isTrialWanted?.() ?? true));
  }

  /** Sends the directives that follow from an entry. */
  #direct(applied: AppliedEntry<P>): void {
    const { effect, fact } = applied;
    switch (effect) {
      case 'rejected':
        return this.#options.direct({ type: 'rejected', ...applied });
      case 'retried':
        this.#hand(fact);
        this.#stopped.delete(fact.trial); // the trainer that claims it has not received the stop
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

  /** Sends the stops that strategies want, once for each trial. */
  #stopAsTold(): void {
    for (const [trial, { by }] of this.#decider.stops) {
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
    this.#send({ type: 'amended' });
    try {
      this.#decider = await this.#decider.again();
      if (this.#isLive) this.#resume(cold);
      else this.#decider.dispose();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param cold whether trainers may not know what is open, because this process has not sent it yet */
  #resume(cold: boolean): void {
    const { ledger } = this;
    if (cold) for (const trial of ledger.open.values()) if (!trial.awaiting) this.#hand(trial.suggestion);
    this.#send({ type: 'caughtUp', closed: ledger.closed !== undefined });
    this.#wake();
    this.#stopAsTold();
    if (cold) for (const trial of ledger.open.values()) if (trial.cancelled) this.#stop(trial.proposal.id, 'person');
    if (ledger.closed !== undefined) this.#stopAll();
    this.#turn();
  }

  #fail(error: unknown): void {
    if (!this.#isLive) return;
    this.dispose();
    this.#options.fail(error);
  }
}

/** Whether a fact answers the question of the one that was sent, no matter which engine wrote it. */
function isSame<P>(sent: SuggestedFact<P> | Instructed | Closed | undefined, fact: unknown): boolean {
  if (!sent || !isRecord(fact) || fact.type !== sent.type) return false;
  if (sent.type === 'suggested') return fact.trial === sent.trial && fact.attempt === sent.attempt;
  return sent.type === 'instructed' && fact.trainer === sent.trainer && fact.to === sent.to;
}
