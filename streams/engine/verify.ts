import type { Entry } from '../../src/entry.ts';
import { StalledError, StrategyError } from '../../src/errors.ts';
import type { Created, SuggestedFact } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { DECISIONS } from '../../src/facts/versions.ts';
import type { Space } from '../../src/space/space.ts';
import { parseStrategy } from '../spec.ts';
import type { Strategy, StrategySpec } from '../strategy.ts';
import { type Amendments, amend, amends, noAmendments } from './amendments.ts';
import { Decider, type Next } from './decider.ts';

/** What came of recomputing a log. */
export interface Verdict {
  /** Suggestions that were recomputed; imports are nobody's decision. */
  readonly recomputed: number;
  /** Suggestions that were made by other decisions than those of this version (see `DECISIONS`), which it cannot recompute; absent if there are none. */
  readonly others?: readonly OtherDecisions[];
  /** The first suggestion that differs: its position in the log, and the first field of it that does. */
  readonly differs?: {
    readonly position: number;
    readonly field: string;
    readonly logged: unknown;
    readonly recomputed: unknown;
  };
}

/** Suggestions that another version of hypertide made, and can recompute. */
export interface OtherDecisions {
  readonly decisions: number;
  readonly suggestions: number;
  /** Of hypertide; undefined where the log does not name it. */
  readonly version?: string;
}

type Read = () => AsyncIterable<readonly Entry[]>;

/**
 * Recomputes every suggestion of a log from the entries that its engine knew when it decided. What was retracted or switched later counts
 * from there on. Suggestions of other decisions than today's are counted, and not recomputed.
 *
 * @param read gives the log from its beginning, as often as it is called.
 * @param space with the code of its predicates, if it has any.
 * @throws what a strategy throws, but for StalledError and StrategyError, which differ from a suggestion.
 */
export async function verify<P>(space: Space<P>, strategy: Strategy, read: Read): Promise<Verdict> {
  const { due, ...others } = await suggestions(read);
  let known = noAmendments;
  let asking = questioner(space, strategy, known);
  let recomputed = 0;
  for await (const entries of read()) {
    for (const entry of entries) {
      const effect = asking.decider.fold(entry);
      if (amends(effect)) {
        known = amend(known, effect, asking.decider.ledger.settings, parseStrategy);
        asking.decider.dispose();
        asking = await retold(questioner(space, strategy, known), read, entry.position);
      }
      for (const { position, fact } of due.get(entry.position) ?? []) {
        const difference = firstDifference('', fact, await asking.answer());
        if (difference) return { recomputed, ...others, differs: { position, ...difference } };
        recomputed++;
      }
    }
  }
  asking.decider.dispose();
  return { recomputed, ...others };
}

interface Suggestion {
  readonly position: number;
  readonly fact: SuggestedFact;
}

interface Suggestions {
  /** Those that can be recomputed, by the position of the last entry that was known when they were decided. */
  readonly due: ReadonlyMap<number, readonly Suggestion[]>;
  readonly others?: readonly OtherDecisions[];
}

async function suggestions(read: Read): Promise<Suggestions> {
  const due = new Map<number, Suggestion[]>();
  const others = new Map<number, OtherDecisions>();
  let created: Created | undefined;
  for await (const entries of read()) {
    for (const { position, fact: data } of entries) {
      const fact = parseFact(data);
      if (isRefusal(fact)) continue;
      if (fact.type === 'created') created ??= fact;
      if (fact.type !== 'suggested' || fact.by === 'import') continue;
      const began = created?.decisions ?? 1;
      const { after = position, decisions = began } = fact;
      if (decisions !== DECISIONS) {
        const { suggestions: before } = others.get(decisions) ?? { suggestions: 0 };
        const version = decisions === began && created?.version !== undefined ? { version: created.version } : {};
        others.set(decisions, { decisions, suggestions: before + 1, ...version });
        continue;
      }
      const known = Math.max(1, Math.min(after, position - 1)); // nobody knows what comes later: then it differs by its `after`
      const at = due.get(known);
      if (at) at.push({ position, fact });
      else due.set(known, [{ position, fact }]);
    }
  }
  return others.size > 0 ? { due, others: [...others.values()] } : { due };
}

interface Questioner<P> {
  readonly decider: Decider<P>;
  /** What the study decides now, once all models that it takes are ready. */
  answer(): Promise<unknown>;
}

function questioner<P>(space: Space<P>, strategy: Strategy, known: Amendments): Questioner<P> {
  let ring = () => {};
  const decider = new Decider({ space, strategy, known, ready: () => ring() });
  const answer = async (): Promise<unknown> => {
    const ready = new Promise<void>((resolve) => {
      ring = resolve;
    });
    let next: Next<P>;
    try {
      next = decider.decide();
    } catch (error) {
      if (error instanceof StalledError || error instanceof StrategyError) return { type: `nothing: ${error.message}` };
      throw error;
    }
    if (next.type === 'append') return next.fact;
    if (next.until === undefined) return next;
    await ready;
    return answer();
  };
  return { decider, answer };
}

async function retold<P>(asking: Questioner<P>, read: Read, upTo: number): Promise<Questioner<P>> {
  for await (const entries of read()) {
    for (const entry of entries) if (entry.position <= upTo) asking.decider.fold(entry);
    if (entries.at(-1)!.position >= upTo) break;
  }
  return asking;
}

/** The first place where two pieces of JSON differ, whatever the order of their fields. A version's own fields are not compared. */
function firstDifference(
  field: string,
  logged: unknown,
  recomputed: unknown,
): { readonly field: string; readonly logged: unknown; readonly recomputed: unknown } | undefined {
  if (!isObject(logged) || !isObject(recomputed) || Array.isArray(logged) !== Array.isArray(recomputed)) {
    return logged === recomputed ? undefined : { field, logged, recomputed };
  }
  for (const name of new Set([...Object.keys(logged), ...Object.keys(recomputed)])) {
    if (name === 'v' || (logged[name] === undefined && recomputed[name] === undefined)) continue;
    const difference = firstDifference(field ? `${field}.${name}` : name, logged[name], recomputed[name]);
    if (difference) return difference;
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** The strategy that a log says it began with. @throws OptionError where it was code. */
export const strategyOf = ({ strategy }: Created): Strategy => parseStrategy(strategy as StrategySpec);
