import { StalledError, StrategyError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Created, SuggestedFact } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Stop, TrialId } from '../../src/strategy/messages.ts';
import type { Strategy, StrategySpec } from '../kernel/strategy.ts';
import { parseStrategy } from '../spec/spec.ts';
import { type Amendments, amend, amends, noAmendments } from './amendments.ts';
import { Decider, type DeciderOptions, type Next } from './decider.ts';

export interface ReplayerOptions<P> extends Omit<DeciderOptions<P>, 'amendments'> {
  /** Reads the log from its beginning, at least up to the last entry that was folded. */
  readonly past: () => AsyncIterable<readonly Entry[]>;
}

/** Where a recomputed suggestion differs from the logged one. */
export interface Difference {
  readonly field: string;
  readonly logged: unknown;
  readonly recomputed: unknown;
}

/**
 * Folds a log through its strategies, for everything that needs their state: the engine, `verify`, and the dashboard.
 *
 * An entry may amend the past: it retracts a result or switches the strategy. Strategies must then read the log again, with the amendment in effect
 * from the beginning. Until `rebuild` is called, only the ledger is up to date.
 */
export class Replayer<P> {
  readonly #options: ReplayerOptions<P>;
  #amendments: Amendments = noAmendments;
  #decider: Decider<P>;
  #disposed = false;
  #wake = () => {};

  constructor(options: ReplayerOptions<P>) {
    this.#options = options;
    this.#decider = this.#begin();
  }

  get ledger(): Ledger<P> {
    return this.#decider.ledger;
  }
  /** Trials that a strategy wants stopped and that have not ended. */
  get stops(): ReadonlyMap<TrialId, Stop> {
    return this.#decider.stops;
  }
  /** Whether an entry has amended the past since strategies last read it. */
  get outdated(): boolean {
    return this.#decider.amendments !== this.#amendments;
  }

  /** Applies an entry. @throws what a strategy throws */
  fold(entry: Entry): AppliedEntry<P> {
    const applied = this.outdated ? this.ledger.fold(entry) : this.#decider.fold(entry);
    if (amends(applied)) this.#amendments = amend(this.#amendments, applied, this.ledger.settings, parseStrategy);
    return applied;
  }

  /** Lets strategies read the log again. @throws what a strategy throws */
  async rebuild(): Promise<void> {
    const decider = this.#begin();
    const { position } = this.ledger;
    for await (const entries of readUpTo(this.#options.past(), position)) for (const entry of entries) decider.fold(entry);
    this.#decider.dispose();
    this.#decider = decider;
    if (this.#disposed) decider.dispose();
  }

  /** What the study does next. @throws StalledError, or what a strategy throws */
  decide(): Next<P> {
    return this.#decider.decide();
  }

  /**
   * Where a suggestion differs from what the study decides now, or undefined if it is the same. Waits for models.
   *
   * @throws what a strategy throws, except StalledError and StrategyError: those are a difference.
   */
  async difference(logged: SuggestedFact): Promise<Difference | undefined> {
    if (this.outdated) await this.rebuild();
    return firstDifference('', logged, await this.#recompute());
  }

  dispose(): void {
    this.#disposed = true;
    this.#decider.dispose();
  }

  #begin(): Decider<P> {
    const ready = () => {
      this.#wake();
      this.#options.ready?.();
    };
    return new Decider({ ...this.#options, amendments: this.#amendments, ready });
  }

  async #recompute(): Promise<unknown> {
    for (;;) {
      const ready = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        const next = this.decide();
        if (next.type === 'append') return next.fact;
        if (next.until !== 'ready') return next;
      } catch (error) {
        if (error instanceof StalledError || error instanceof StrategyError) return { type: `nothing: ${error.message}` };
        throw error;
      }
      await ready;
    }
  }
}

/** The batches of a log up to a position. Ends there, though the log may continue. */
export async function* readUpTo(log: AsyncIterable<readonly Entry[]>, upTo: number): AsyncGenerator<readonly Entry[]> {
  if (upTo < 1) return;
  for await (const entries of log) {
    const isLast = entries.at(-1)!.position >= upTo;
    yield isLast ? entries.filter(({ position }) => position <= upTo) : entries;
    if (isLast) return;
  }
}

/** The first place where two pieces of JSON differ, regardless of the order of their fields. */
function firstDifference(field: string, logged: unknown, recomputed: unknown): Difference | undefined {
  if (!isObject(logged) || !isObject(recomputed) || Array.isArray(logged) !== Array.isArray(recomputed)) {
    return logged === recomputed ? undefined : { field, logged, recomputed };
  }
  for (const name of new Set([...Object.keys(logged), ...Object.keys(recomputed)])) {
    if (logged[name] === undefined && recomputed[name] === undefined) continue;
    const difference = firstDifference(field ? `${field}.${name}` : name, logged[name], recomputed[name]);
    if (difference) return difference;
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** The first strategy of a log. @throws OptionError if it is code */
export const strategyOf = ({ strategy }: Created): Strategy => parseStrategy(strategy as StrategySpec);

/** The version of the decisions that made a suggestion, see `DECISIONS`. */
export const decisionsOf = ({ decisions }: Pick<SuggestedFact, 'decisions'>, created: Created): number => decisions ?? created.decisions;
