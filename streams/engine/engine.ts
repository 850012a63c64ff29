import { type ActorRefFrom, createActor } from 'xstate';
import { targetOf, type VerdictOf } from '../../machines/chart.ts';
import { type EnginePhase, studyChart } from '../../machines/study.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { CloseReason, ExpiredFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { isTrialRunning } from '../../src/ledger/openTrials.ts';
import { closedFact } from '../../src/ledger/ranking.ts';
import { isRecord } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import type { Watch } from '../../src/strategy/env.ts';
import type { Inspect } from '../kernel/drive.ts';
import type { ParseStrategy, Strategy } from '../kernel/strategy.ts';
import { type DecidedFact, Decider, type Next } from './decider.ts';
import { type Directive, Directives } from './directive.ts';
import type { Spans } from './spans.ts';

export interface EngineOptions<P> {
  readonly space: Space<P>;
  readonly strategy: Strategy | undefined;
  /** Makes the strategies that the log names. */
  readonly parseStrategy: ParseStrategy;
  readonly inspect?: Inspect | undefined;
  readonly watch?: Watch | undefined;
  readonly spans?: Spans | undefined;
  /** Appends a fact to the log, from which it comes back through `receive`. */
  readonly append: (fact: DecidedFact<P> | ExpiredFact) => void;
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

/** The phases in which entries are folded, and nothing is decided until the end of the log is reached. */
const READING: ReadonlySet<EnginePhase> = new Set(['replaying', 'behind']);
/** The phases in which entries wait. */
const HOLDING: ReadonlySet<EnginePhase> = new Set(['rebuilding', 'rebuildingAppending', 'ended']);

/**
 * Drives a study: takes entries, and emits directives and facts to append. An entry passes through all strategies before the next one, and entries
 * are handled before decisions. The chart of the study says what follows in which phase.
 */
export class Engine<P> {
  readonly #options: EngineOptions<P>;
  readonly #study: ActorRefFrom<typeof studyChart>;
  readonly #directives: Directives<P>;
  #decider: Decider<P>;
  #mailbox: Entry[] = [];
  /** The decision on its way to the log. */
  #sent: DecidedFact<P> | undefined;
  /** Position of the last entry before that decision. */
  #sentAfter = 0;
  /** The position from which the study continues while it reads; infinite until it is known. */
  #end = Number.POSITIVE_INFINITY;
  /** When an ask began to wait for a model, in milliseconds since 1970, for traces. */
  #fitting: number | undefined;
  /** Prevents a callback from starting a second loop: the running loop does its work. */
  #isTurning = false;

  constructor(options: EngineOptions<P>) {
    const { space, strategy, parseStrategy, inspect, watch, past } = options;
    this.#options = options;
    this.#directives = new Directives(options.direct);
    this.#study = createActor(studyChart, omitUndefined({ id: 'study', inspect }));
    const actor = inspect && this.#study; // XState keeps each actor below a root until the root ends, so they are below it only if someone inspects them
    this.#decider = new Decider(omitUndefined({ space, strategy, parseStrategy, past, watch, actor, ready: () => this.wake() }));
    this.#study.start();
  }

  get ledger(): Ledger<P> {
    return this.#decider.ledger;
  }
  get phase(): EnginePhase {
    return this.#study.getSnapshot().value;
  }

  /** Takes the next entries of the log. */
  receive(entries: readonly Entry[]): void {
    this.#mailbox = this.#mailbox.length === 0 ? [...entries] : this.#mailbox.concat(entries);
    this.#turn();
  }

  /** The study continues once entries up to this position are folded. Call this with the end of the log at the start, and after `fenced`. */
  resumeAt(end: number): void {
    this.#end = end;
    this.#turn();
  }

  /** Call this when another engine wrote first, and `resumeAt` when the end of the log is known. */
  fenced(): void {
    this.#end = Number.POSITIVE_INFINITY;
    this.#send('fenced');
  }

  /** Call this when something outside the log may require a new trial. */
  wake(): void {
    this.#send('woken');
    this.#turn();
  }

  /** Closes the study for a reason from outside. */
  close(reason: CloseReason): void {
    if (this.#isLive && this.ledger.closed === undefined) this.#options.append(closedFact(reason, this.ledger));
  }

  dispose(): void {
    this.#decider.dispose();
    this.#send('disposed');
  }

  /** A receiver of a directive may dispose the engine in the middle of a turn. */
  get #isLive(): boolean {
    return this.phase !== 'ended';
  }

  /** Sends the chart an event if it leads to another phase. */
  #send(type: VerdictOf<typeof studyChart>): void {
    if (targetOf(studyChart.table, this.phase, type) !== undefined) this.#study.send({ type });
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
    if (this.phase === 'draining' && !isTrialRunning(this.ledger, this.#options.areClaimed)) this.#send('drained');
    if (this.phase === 'closed') this.#options.finished();
  }

  /** Folds entries if there are any; otherwise continues, or decides. @returns whether there was anything to do */
  #step(): boolean {
    if (HOLDING.has(this.phase)) return false;
    if (this.#mailbox.length > 0) {
      const entries = this.#mailbox;
      this.#mailbox = [];
      this.#foldAll(entries);
      return true;
    }
    if (READING.has(this.phase) && this.ledger.position >= this.#end) {
      this.#catchUp();
      return true;
    }
    if (this.phase !== 'idle' || !this.#isWanted()) return false;
    this.#decide();
    return true;
  }

  #foldAll(entries: readonly Entry[]): void {
    for (let i = 0; i < entries.length; i++) {
      if (HOLDING.has(this.phase)) {
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
    if (this.phase === 'replaying' || !this.#isLive) return;
    if (this.#decider.outdated) return void this.#rebuild(false);
    if (applied.effect === 'closed') this.#send('closed');
    this.#directives.follow(applied, this.#decider);
    this.#advance(applied);
  }

  /** The log is read to its end. Entries that were read at the start may have amended the past. */
  #catchUp(): void {
    const isStart = this.phase === 'replaying';
    if (isStart && this.#decider.outdated) void this.#rebuild(true);
    else this.#resume(isStart);
  }

  #decide(): void {
    const asked = this.#options.spans ? performance.timeOrigin + performance.now() : 0;
    const next = this.#decider.decide();
    this.#trace(next, asked);
    if (next.type !== 'append') {
      this.#send(next.until === 'ready' ? 'fits' : 'waits');
      return next.until === 'proposal' ? this.#await(next.proposer, next.seconds) : undefined;
    }
    this.#sent = next.fact;
    this.#sentAfter = this.ledger.position;
    this.#options.append(next.fact);
    if (!isSame(next.fact, this.#mailbox.at(-1)?.fact)) this.#send('appended'); // a log in memory has answered already
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
      this.#send('stored');
      return;
    }
    if (this.ledger.closed === undefined) this.#send('reopened');
    if (effect === 'retried') this.#send('retried');
    if (!refusal) this.#send('woken');
  }

  /** Whether a decision is wanted now. */
  #isWanted(): boolean {
    const { type } = this.ledger.demand();
    return (
      type === 'close' || type === 'instruct' || type === 'change' || (type !== 'nothing' && (this.#options.isTrialWanted?.() ?? true))
    );
  }

  /** Lets strategies read the log again, with what later entries say about earlier ones. */
  async #rebuild(isStart: boolean): Promise<void> {
    this.#send('amended');
    try {
      this.#decider = await this.#decider.again();
      if (this.#isLive) this.#resume(isStart);
      else this.#decider.dispose();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param isStart whether trainers may not know what is open, because this process has not sent it yet */
  #resume(isStart: boolean): void {
    if (isStart) this.#directives.handAll(this.#decider);
    this.#send(this.ledger.closed === undefined ? 'caughtUp' : 'closed');
    this.#directives.stopAll(this.#decider, isStart);
    this.#turn();
  }

  #fail(error: unknown): void {
    if (!this.#isLive) return;
    this.dispose();
    this.#options.fail(error);
  }
}

/** Whether a fact answers the question of the one that was sent, no matter which engine wrote it. */
function isSame<P>(sent: DecidedFact<P> | undefined, fact: unknown): boolean {
  if (!sent || !isRecord(fact) || fact.type !== sent.type) return false;
  if (sent.type === 'changed') return fact.paused === sent.paused;
  if (sent.type === 'suggested') return fact.trial === sent.trial && fact.attempt === sent.attempt;
  return sent.type === 'instructed' && fact.trainer === sent.trainer && fact.to === sent.to;
}
