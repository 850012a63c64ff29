import { map, Observable, type OperatorFunction } from 'rxjs';
import type { Entry } from '../../src/entry.ts';
import type { Created, Fact, Params, Refusal } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { Effect } from '../../src/ledger/effect.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { StrategyEvent } from '../../src/messages.ts';
import { parseSpace } from '../../src/space/space.ts';

/**
 * An entry that counts, and what strategies were told of it; or one that does not, and why.
 *
 * @typeParam P the type of configurations
 */
export type AppliedEntry<P = unknown> =
  | { readonly position: number; readonly at: number; readonly fact: Fact<P>; readonly told?: StrategyEvent; readonly refusal?: never }
  | { readonly position: number; readonly at: number; readonly fact: unknown; readonly told?: never; readonly refusal: Refusal };

/** What became of an entry. */
export function noted<P = Params>({ position, at, fact }: Entry, effect: Effect): AppliedEntry<P> {
  if (effect.type === 'refused') return { position, at, fact, refusal: effect.refusal };
  const counts = { position, at, fact: fact as Fact<P> }; // it fits the space, or it would have been refused
  return effect.type === 'told' ? { ...counts, told: effect.told } : counts;
}

/**
 * Tells of each entry of a log what it did, without an engine: for those who only watch. It knows the space from the log itself.
 *
 * @throws SpaceError into the stream where the log's own space cannot be read.
 * @example
 * from(readJournal('study.jsonl')).pipe(concatAll(), applyEntries(), trials()).subscribe(console.table);
 */
export const applyEntries =
  <P = Params>(): OperatorFunction<Entry, AppliedEntry<P>> =>
  (entries$) =>
    new Observable((out) => {
      let ledger: Ledger<unknown> | undefined;
      return entries$
        .pipe(
          map((entry): AppliedEntry<P> => {
            const fact = parseFact(entry.fact);
            if (!ledger && !isRefusal(fact) && fact.type === 'created') ledger = new Ledger(spaceOf(fact));
            if (ledger) return noted(entry, ledger.fold(entry));
            const refusal: Refusal = { code: 'out-of-place', message: 'a log begins with created' };
            return noted(entry, { type: 'refused', refusal });
          }),
        )
        .subscribe(out);
    });

/** The space of a study as its log holds it. Predicates are code, which a log does not hold; who only watches does not need them. */
export function spaceOf({ space }: Created): ReturnType<typeof parseSpace> {
  const { constraints = [], ...rest } = space as { constraints?: readonly object[] };
  return parseSpace({ ...rest, constraints: constraints.filter((constraint) => !('predicate' in constraint)) });
}
