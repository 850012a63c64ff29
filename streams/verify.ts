import type { Entry } from '../src/entry.ts';
import type { Created, SuggestedFact } from '../src/facts/facts.ts';
import { isRefusal, parseFact } from '../src/facts/parse.ts';
import type { Space } from '../src/space/space.ts';
import { Decider, type Foreknowledge } from './decider.ts';
import { parseStrategy } from './spec.ts';
import type { Strategy, StrategySpec } from './strategy.ts';

/** What came of recomputing a log. */
export interface Verdict {
  /** Suggestions that were recomputed; imports are nobody's decision. */
  readonly recomputed: number;
  /** The first suggestion that differs: what the log holds, and what follows from the log before it. */
  readonly differs?: { readonly position: number; readonly logged: SuggestedFact; readonly recomputed: unknown };
}

type Read = () => AsyncIterable<readonly Entry[]>;

/**
 * Recomputes every suggestion of a log from the entries that its engine knew when it decided. What was retracted or switched later counts
 * from there on.
 *
 * @param read gives the log from its beginning, as often as it is called.
 * @param space with the code of its predicates, if it has any.
 * @throws what a strategy throws.
 */
export async function verify<P>(space: Space<P>, strategy: Strategy, read: Read): Promise<Verdict> {
  const due = await decisions(read);
  let known: Foreknowledge = { retracted: new Set() };
  let decider = new Decider({ space, strategy, known });
  let recomputed = 0;
  for await (const entries of read()) {
    for (const entry of entries) {
      const effect = decider.fold(entry);
      if (effect.type === 'retracted') known = { ...known, retracted: new Set([...known.retracted, effect.trial]) };
      if (effect.type === 'switched') known = { ...known, switched: switchedAt(decider) };
      if (effect.type === 'retracted' || effect.type === 'switched') {
        decider.dispose();
        decider = await retold(space, strategy, known, read, entry.position);
      }
      for (const { position, fact: logged } of due.get(entry.position) ?? []) {
        const next = decider.decide();
        const made = next.type === 'append' ? next.fact : next;
        if (!isEqual(made, logged)) return { recomputed, differs: { position, logged, recomputed: made } };
        recomputed++;
      }
      due.delete(entry.position);
    }
  }
  decider.dispose();
  return { recomputed };
}

interface Suggestion {
  readonly position: number;
  readonly fact: SuggestedFact;
}

/** Suggestions by the position of the last entry that was known when they were decided. */
async function decisions(read: Read): Promise<Map<number, Suggestion[]>> {
  const due = new Map<number, Suggestion[]>();
  for await (const entries of read()) {
    for (const { position, fact: data } of entries) {
      const fact = parseFact(data);
      if (isRefusal(fact) || fact.type !== 'suggested' || fact.by === 'import') continue;
      const { after = position } = fact;
      const known = Math.max(1, Math.min(after, position - 1)); // nobody knows what comes later: then it differs by its `after`
      const at = due.get(known);
      if (at) at.push({ position, fact });
      else due.set(known, [{ position, fact }]);
    }
  }
  return due;
}

function switchedAt<P>({ ledger }: Decider<P>): NonNullable<Foreknowledge['switched']> {
  const { strategy, epoch, parallel, limits } = ledger.settings;
  const room = limits.trials === undefined ? { parallel } : { parallel, trials: limits.trials };
  return { strategy: parseStrategy(strategy as StrategySpec), epoch, ...room };
}

async function retold<P>(space: Space<P>, strategy: Strategy, known: Foreknowledge, read: Read, upTo: number): Promise<Decider<P>> {
  const decider = new Decider({ space, strategy, known });
  for await (const entries of read()) {
    for (const entry of entries) if (entry.position <= upTo) decider.fold(entry);
    if (entries.at(-1)!.position >= upTo) break;
  }
  return decider;
}

/** As JSON, whatever the order of the fields. */
const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

/** The strategy that a log says it began with. @throws OptionError where it was code. */
export const strategyOf = ({ strategy }: Created): Strategy => parseStrategy(strategy as StrategySpec);
