import type { Observable } from 'rxjs';
import type { Params, TrialEvent } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Settings } from '../../../src/ledger/settings.ts';
import type { OpenTrial } from '../../../src/ledger/trial.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { decide, LET_GO, RefusedError } from '../../../src/study/commands.ts';
import { runOf, type Suggestion } from '../../engine/directive.ts';
import type { Origin, Submitter } from '../../engine/submit.ts';
import { Asks } from './asks.ts';
import { type AskOptions, assignmentOf, type ClaimReply } from './port.ts';

/** Milliseconds that a decision may take even if the trainer does not want to wait. */
const DECIDING = 250;

interface ClaimsOptions<P> {
  readonly ledger: () => Ledger<P>;
  /** Seconds; undefined if trainers cannot be lost. */
  readonly lease: number | undefined;
  /** The trace of a trial. */
  readonly traceparent: ((trial: TrialId) => string | undefined) | undefined;
  /** Appends a fact of a trainer, and waits until it counts. @throws RefusedError */
  readonly record: (fact: TrialEvent, origin: Pick<Origin, 'author'>) => Promise<unknown>;
  readonly append: Submitter['append'];
  /** Called when a trial may be wanted. */
  readonly wake: () => void;
}

type Accepts<P> = (suggestion: Suggestion<P>) => boolean;

/** Gives trials to trainers that ask for them: an ask gets a suggestion and, with it, the claim on its attempt. */
export class Claims<P> {
  readonly #options: ClaimsOptions<P>;
  readonly #asks = new Asks<P>();
  /** The asks with fixed values that wait now. */
  readonly #awaited = new Set<string>();
  /** Asks that name their claim, so that a repeated one gets the same trial. */
  readonly #underWay = new Map<string, Promise<ClaimReply<P>>>();

  /** @param live$ the entries as the study applies them. When they end, all asks that wait fail. */
  constructor(options: ClaimsOptions<P>, live$: Observable<AppliedEntry<P>>) {
    this.#options = options;
    live$.subscribe({
      next: ({ effect, fact }) => {
        if (effect !== 'rejected' && (fact.type === 'instructed' || fact.type === 'changed')) this.#asks.match();
      },
      error: (error) => this.#asks.end({ error }),
      complete: () => this.#asks.end({ error: new RefusedError(LET_GO) }),
    });
  }

  /** Whether an ask waits that may get a trial. */
  get any(): boolean {
    return this.#asks.any;
  }

  /** @returns whether an ask that waits gets the suggestion. */
  offer(suggestion: Suggestion<P>): boolean {
    return this.#asks.offer(suggestion);
  }

  /** Gives a suggestion to an ask, or keeps it for the next one. */
  put(suggestion: Suggestion<P>): void {
    this.#asks.put(suggestion);
  }

  /** Ends all asks that wait: the study is over. */
  end(): void {
    this.#asks.end();
  }

  /** Claims the next trial for a trainer. @throws RefusedError; what keeps the log from storing the claim. */
  ask(options: AskOptions): Promise<ClaimReply<P>> {
    const { author, run: named } = options;
    if (named === undefined) return this.#claimNext(options);
    const key = `${author ?? ''}\n${named}`;
    const asked = this.#underWay.get(key) ?? this.#claimNext(options).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asked);
    return asked;
  }

  get #ledger(): Ledger<P> {
    return this.#options.ledger();
  }

  async #claimNext(options: AskOptions): Promise<ClaimReply<P>> {
    const { author, trainer = author, run: named } = options;
    const { record } = this.#options;
    if (named !== undefined)
      for (const open of this.#ledger.open.values()) if (isHeld(open, named, author)) return this.#assigned(open.suggestion, named);
    if (author !== undefined && this.#ledger.trainers.get(author)?.to === 'drain') return { next: 'over', reason: 'drained' };
    const suggestion = await (options.fixed === undefined ? this.#nextOfAny(options) : this.#nextWith(options.fixed, options));
    const { closed = suggestion === 'over' ? 'trials' : undefined } = this.#ledger;
    if (!suggestion || suggestion === 'over')
      return closed === undefined ? waitReply(this.#ledger.settings) : { next: 'over', reason: closed };
    const { trial, attempt } = suggestion;
    const run = named ?? runOf(suggestion);
    try {
      await record(omitUndefined({ type: 'started', trial, attempt, run, trainer }), { author });
    } catch (error) {
      if (this.#isUnclaimed(suggestion)) this.#asks.putBack(suggestion);
      if (error instanceof RefusedError && error.code === 'paused') return this.#claimNext(options); // meanwhile
      throw error;
    }
    return this.#assigned(suggestion, run);
  }

  #assigned(suggestion: Suggestion<P>, run: string): ClaimReply<P> {
    const { lease, traceparent } = this.#options;
    return assignmentOf(suggestion, run, { lease, traceparent: traceparent?.(suggestion.trial) });
  }

  /** The next suggestion that a trainer may get. */
  #nextOfAny(options: AskOptions): Suggestion<P> | undefined | Promise<Suggestion<P> | undefined> {
    const accepts: Accepts<P> = (one) => (one.for === undefined || !this.#awaited.has(one.for)) && this.#mayClaim(one, options);
    return this.#takeUnclaimed(accepts) ?? this.#waitForTrial(accepts, options);
  }

  #mayClaim(suggestion: Suggestion<P>, { author }: AskOptions): boolean {
    return this.#ledger.trainers.refuseClaim(author, suggestion) === undefined;
  }

  /** The suggestion for an ask with fixed values, which it enqueues for itself. @returns `over` if no new configuration may begin */
  async #nextWith(fixed: Params, options: AskOptions): Promise<Suggestion<P> | 'over' | undefined> {
    const { author, run } = options;
    if (run === undefined)
      throw new RefusedError({
        code: 'missing-field',
        message: 'ask: expected run with fixed, by which a repeated ask gets the same trial',
      });
    const ask = `${author ?? ''} ${run}`;
    this.#awaited.add(ask);
    try {
      const position = this.#reservedFor(ask) ?? (await this.#reserve(fixed, ask, author));
      if (position === undefined) return 'over';
      const accepts: Accepts<P> = (one) => one.queue === position && this.#mayClaim(one, options);
      return this.#takeUnclaimed(accepts) ?? (await this.#waitForTrial(accepts, options));
    } finally {
      this.#awaited.delete(ask);
      this.#asks.match(); // others may have its trial if it waits no longer
    }
  }

  /** The entry of the queue that is for an ask, of which no trial has begun. */
  #reservedFor(ask: string): number | undefined {
    const { queue, open } = this.#ledger;
    const entry = queue.for(ask);
    if (entry) return entry.position;
    for (const { suggestion, run } of open.values()) if (suggestion.for === ask && run === undefined) return suggestion.queue;
    return undefined;
  }

  /** @returns the position of the new entry; undefined if no new configuration may begin. @throws RefusedError if the values do not fit the space */
  async #reserve(params: Params, ask: string, user: string | undefined): Promise<number | undefined> {
    const fact = decide({ type: 'enqueue', params, rest: 'strategy', for: ask }, this.#ledger, (strategy) => strategy);
    if (!('code' in fact)) return this.#options.append(fact, { user });
    if (fact.code === 'closed') return undefined;
    throw new RefusedError({ ...fact, message: `ask: ${fact.message}` });
  }

  /** A suggestion that no ask has received yet, and that is still open. */
  #takeUnclaimed(accepts: Accepts<P>): Suggestion<P> | undefined {
    for (let next = this.#asks.take(accepts); next; next = this.#asks.take(accepts)) if (this.#isUnclaimed(next)) return next;
    return undefined;
  }

  #isUnclaimed({ trial: id, attempt }: Suggestion<P>): boolean {
    const trial = this.#ledger.open.get(id);
    return trial !== undefined && trial.suggestion.attempt === attempt && trial.run === undefined && !trial.awaiting;
  }

  async #waitForTrial(accepts: Accepts<P>, { author, wait = 0, signal }: AskOptions): Promise<Suggestion<P> | undefined> {
    if (this.#ledger.closed !== undefined) return undefined;
    const { suggestion, giveUp } = this.#asks.wait(accepts, () => this.#ledger.trainers.isAtWork(author));
    const timer = Number.isFinite(wait) ? setTimeout(giveUp, Math.max(wait * 1000, DECIDING)) : undefined;
    this.#options.wake();
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    try {
      return await suggestion;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}

const waitReply = ({ paused, noResult }: Settings): ClaimReply<never> =>
  paused ? { next: 'wait', why: noResult ? 'no-result' : 'paused' } : { next: 'wait' };

/** Whether a run has the claim on a trial. */
const isHeld = <P>(trial: OpenTrial<P> | undefined, run: string, author: string | undefined): boolean =>
  trial?.run === run && !trial.awaiting && trial.runs.get(run) === author;
