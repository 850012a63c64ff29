import type { Params } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { RefusedError } from '../../src/study/commands.ts';
import { Asks } from '../engine/asks.ts';
import { runOf, type Suggestion } from '../engine/directive.ts';
import { blockedBy, FixedAsks } from '../engine/fixedAsks.ts';
import type { Submitter } from '../engine/submit.ts';
import type { Log } from '../log/log.ts';
import type { LocalAttempts } from './localAttempts.ts';
import { beforeProcessEnds } from './processEnd.ts';
import { type Waits, watchWaits } from './waits.ts';

interface LocalClaimsOptions<P> {
  readonly ledger: () => Ledger<P>;
  readonly log: Log;
  readonly append: Submitter['append'];
  readonly attempts: LocalAttempts;
  /** Resolves when the log has been read, or the study has ended before. */
  readonly begun: () => Promise<void> | undefined;
  /** Whether the study has closed. @throws what else ended it */
  readonly isOver: () => boolean;
  /** Called when a trial may be wanted. */
  readonly wake: () => void;
  readonly warn: (message: string) => void;
}

/** Gives trials to the asks of this process: an ask gets a suggestion and, with it, the claim on its attempt. */
export class LocalClaims<P> {
  readonly #options: LocalClaimsOptions<P>;
  readonly #asks = new Asks<P>();
  readonly #fixedAsks = new FixedAsks<P>();
  readonly #waits: Waits;

  constructor(options: LocalClaimsOptions<P>) {
    const { ledger, attempts, warn } = options;
    this.#options = options;
    this.#waits = watchWaits(
      ledger,
      ({ suggestion, awaiting }) => !awaiting && attempts.runOf(suggestion.trial) === runOf(suggestion),
      warn,
    );
  }

  /** Whether an ask waits. */
  get any(): boolean {
    return this.#asks.any;
  }

  /** Takes every entry that the study applies. */
  apply(entry: AppliedEntry<P>): void {
    this.#fixedAsks.apply(entry);
  }

  put(suggestion: Suggestion<P>): void {
    this.#asks.put(suggestion);
    const error = this.#blocked();
    if (error) this.#asks.end({ error }); // no waiting ask may get it
  }

  /** Ends all asks that wait. @param how with `error`: they fail */
  end(how: { readonly error?: unknown }): void {
    this.#asks.end(how);
  }

  /** Claims the next trial. @returns undefined if the study has closed @throws RefusedError; what ended the study otherwise */
  async ask({ fixed }: { readonly fixed?: Params | undefined } = {}): Promise<Suggestion<P> | undefined> {
    const suggestion = await (fixed ? this.#nextWith(fixed) : this.#next((one) => !this.#fixedAsks.isAwaited(one)));
    return suggestion && this.#claim(suggestion);
  }

  async #next(accepts: (suggestion: Suggestion<P>) => boolean): Promise<Suggestion<P> | undefined> {
    const handed = this.#asks.take(accepts);
    if (handed) return handed;
    if (this.#options.isOver()) return undefined;
    const waiting = this.#asks.wait(accepts);
    this.#options.wake();
    this.#waits.begin();
    return waiting.suggestion.finally(beforeProcessEnds(this.#waits.end));
  }

  /** The suggestion for an ask with fixed values. */
  async #nextWith(fixed: Params): Promise<Suggestion<P> | undefined> {
    const { begun, isOver, ledger, append } = this.#options;
    await begun();
    if (isOver()) return undefined;
    const error = this.#blocked();
    if (error) throw error;
    const wait = (accepts: (suggestion: Suggestion<P>) => boolean) => this.#next(accepts);
    return this.#fixedAsks.ask({ request: crypto.randomUUID(), fixed, ledger: ledger(), append, wait });
  }

  /** If a claim cannot be stored, the next ask returns the suggestion. */
  async #claim(suggestion: Suggestion<P>): Promise<Suggestion<P>> {
    const { trial, attempt } = suggestion;
    const run = runOf(suggestion);
    try {
      await this.#options.log.append({ type: 'started', trial, attempt, run });
    } catch (error) {
      this.#asks.putBack(suggestion);
      throw error;
    }
    this.#options.attempts.begin(trial, run);
    return suggestion;
  }

  /** Why an ask with fixed values would wait for ever. */
  #blocked(): RefusedError | undefined {
    const { ledger, attempts } = this.#options;
    return blockedBy(
      ledger(),
      ({ suggestion, run }) => this.#asks.keeps(suggestion) || (run !== undefined && attempts.runOf(suggestion.trial) !== run),
    );
  }
}
