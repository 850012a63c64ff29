import { defer, map, type OperatorFunction } from 'rxjs';
import type { Entry } from '../../src/facts/entry.ts';
import type { Created, Params } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { type AppliedEntry, rejected } from '../../src/ledger/appliedEntry.ts';
import { refuse } from '../../src/ledger/claim.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { parseSpace, type Space } from '../../src/space/space.ts';
import { RefusedError } from '../../src/study/commands.ts';

/**
 * Computes the effect of each entry of a log, without an engine: for programs that only watch. The space comes from the log itself.
 *
 * @typeParam P the type that you expect of configurations
 * @throws SpaceError into the stream if the space in the log cannot be read; RefusedError if this version cannot read the log.
 * @example
 * from(readJournal('study.jsonl')).pipe(concatAll(), applyEntries(), trials()).subscribe(console.table);
 */
export const applyEntries =
  <P = Params>(): OperatorFunction<Entry, AppliedEntry<P>> =>
  (entries$) =>
    defer(() => {
      let ledger: Ledger<P> | undefined;
      return entries$.pipe(
        map((entry): AppliedEntry<P> => {
          ledger ??= ledgerFrom(entry);
          if (ledger) return ledger.fold(entry);
          const { position, at, fact } = entry;
          return { position, at, ...rejected(fact, entry.refusal ?? refuse('out-of-place', 'a log begins with created')) };
        }),
      );
    });

/** The first fact of a study, if an entry holds it. @throws RefusedError if this version cannot read the log */
export function firstFactIn({ fact: data, refusal }: Entry): Created | undefined {
  if (refusal) return undefined;
  const fact = parseFact(data);
  if (isRefusal(fact) && fact.code === 'other-version') throw new RefusedError(fact);
  return isRefusal(fact) || fact.type !== 'created' ? undefined : fact;
}

/** The first fact of a log, which a journal stores twice; undefined if there is none. @throws RefusedError if this version cannot read the log */
export async function firstFactOf(log: AsyncIterable<readonly Entry[]>): Promise<Created | undefined> {
  for await (const entries of log) {
    for (const entry of entries) {
      const created = firstFactIn(entry);
      if (created || entry.position > 1) return created;
    }
  }
  return undefined;
}

/** The ledger of a study, if an entry holds its first fact. The entry is not folded yet. @throws RefusedError if this version cannot read the log */
export function ledgerFrom<P = Params>(entry: Entry): Ledger<P> | undefined {
  const created = firstFactIn(entry);
  return created && new Ledger(spaceOf<P>(created));
}

/**
 * The space of a study as its log holds it, without predicates: they are code, which a log does not hold, and readers do not need them.
 *
 * @typeParam P the type that you expect of configurations
 * @throws SpaceError
 */
export function spaceOf<P = Params>({ space }: Created): Space<P> {
  const { constraints = [], ...rest } = space as { constraints?: readonly object[] };
  return parseSpace({ ...rest, constraints: constraints.filter((constraint) => !('predicate' in constraint)) }) as Space<P>;
}
