import type { Entry } from '../../src/facts/entry.ts';
import type { Created, SuggestedFact } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { DECISIONS, decisionsOf } from '../../src/facts/versions.ts';
import type { Space } from '../../src/space/space.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { parseStrategy } from '../spec/spec.ts';
import { firstFactIn } from './applyEntries.ts';
import { Decider } from './decider.ts';
import { type Difference, differenceOf } from './difference.ts';

/** The result of recomputing a log. */
export interface Verdict {
  /** How many suggestions were recomputed, without imports. Further attempts at a trial are recomputed, but do not count. */
  readonly recomputed: number;
  /** Suggestions of other versions of the decisions (see `DECISIONS`), which this version cannot recompute; absent if there are none. */
  readonly others?: readonly OtherDecisions[];
  /** The first suggestion that differs: its position in the log, and the first field that differs. */
  readonly differs?: Difference & { readonly position: number };
}

/** Suggestions that another version of hypertide made, and can recompute. */
export interface OtherDecisions {
  readonly decisions: number;
  readonly suggestions: number;
  /** Version of hypertide, if the log names it. */
  readonly version?: string;
}

type Read = () => AsyncIterable<readonly Entry[]>;

/**
 * Recomputes every suggestion of a log from the entries that its engine had read when it decided. A retraction or a switch of the strategy takes
 * effect at its entry. Suggestions by other versions of the decisions are only counted.
 *
 * @param read reads the log from its beginning, as often as it is called.
 * @param space with the code of its predicates, if it has any.
 * @example
 * const { recomputed, differs } = await verify(space, myStrategy, () => readJournal('study.jsonl'));
 * @throws RefusedError if this version cannot read the log; what a strategy throws, except StalledError and StrategyError: those are a difference.
 */
export async function verify<P>(space: Space<P>, strategy: Strategy, read: Read): Promise<Verdict> {
  const { due, ...others } = await suggestionsIn(read);
  let decider = new Decider({ space, strategy, parseStrategy, past: read });
  let recomputed = 0;
  try {
    for await (const entries of read()) {
      for (const entry of entries) {
        decider.fold(entry);
        for (const { position, fact } of due.get(entry.position) ?? []) {
          if (decider.outdated) decider = await decider.again();
          const difference = await differenceOf(decider, fact);
          if (difference) return { recomputed, ...others, differs: { position, ...difference } };
          if (fact.attempt === 1) recomputed++;
        }
      }
    }
    return { recomputed, ...others };
  } finally {
    decider.dispose();
  }
}

interface LoggedSuggestion {
  readonly position: number;
  readonly fact: SuggestedFact;
}

interface LoggedSuggestions {
  /** Those that can be recomputed, by the position of the last entry that their decision is based on. */
  readonly due: ReadonlyMap<number, readonly LoggedSuggestion[]>;
  readonly others?: readonly OtherDecisions[];
}

async function suggestionsIn(read: Read): Promise<LoggedSuggestions> {
  const due = new Map<number, LoggedSuggestion[]>();
  const others = new Map<number, OtherDecisions>();
  let created: Created | undefined;
  for await (const entries of read()) {
    for (const entry of entries) {
      created ??= firstFactIn(entry);
      const { position, fact: data } = entry;
      const fact = parseFact(data);
      if (isRefusal(fact)) continue;
      if (fact.type !== 'suggested' || fact.by === 'import' || created === undefined) continue;
      const decisions = decisionsOf(fact, created);
      if (decisions !== DECISIONS) {
        const { suggestions = 0 } = others.get(decisions) ?? {};
        others.set(decisions, { decisions, suggestions: suggestions + 1, ...versionOf(decisions, created) });
        continue;
      }
      const { after = position } = fact;
      const known = Math.max(1, Math.min(after, position - 1)); // a decision cannot be based on a later entry: its `after` then differs
      const at = due.get(known);
      if (at) at.push({ position, fact });
      else due.set(known, [{ position, fact }]);
    }
  }
  return others.size > 0 ? { due, others: [...others.values()] } : { due };
}

/** The version of hypertide that made the decisions of a log's beginning. */
const versionOf = (decisions: number, created: Created): Pick<OtherDecisions, 'version'> =>
  created.version !== undefined && decisions === created.decisions ? { version: created.version } : {};
