import { spaceOf } from '../../streams/engine/applyEntries.ts';
import { decisionsOf, readUpTo } from '../../streams/engine/replay.ts';
import { OptionError } from '../errors.ts';
import type { Created, Params, SuggestedFact } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import { DECISIONS } from '../facts/versions.ts';
import { Ledger } from '../ledger/ledger.ts';
import { lossOf } from '../ledger/settings.ts';
import type { Ended, TrialId } from '../messages.ts';
import { DEFAULT_FOREST, growForest, predictForest } from '../numeric/forest/forest.ts';
import { rngFor } from '../numeric/random.ts';
import { categoryCounts, featureEncoder, transpose } from '../samplers/forest/features.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Space } from '../space/space.ts';
import type { Feed } from './feed/feed.ts';
import { Replay } from './machines/replay.ts';
import { stopReasons } from './machines/stopReasons.ts';
import type { Why } from './wire.ts';

/** The fewest results for a forest. */
const FEWEST = 4;

/** Why a trial was suggested, recomputed from the log as it was when that was decided. */
export async function whyOf(feed: Feed, trial: TrialId): Promise<Why | undefined> {
  const { created } = feed.begun ?? {};
  const fact = await suggestionOf(feed, trial);
  if (fact === undefined || created === undefined) return undefined;
  const { expected, results } = await knowledgeOf(feed, created, fact);
  const row = feed.begun!.changes.rows.get(trial);
  const stops = row?.status === 'stopped' ? await stopReasons(feed.source, created, row.ended!, trial) : undefined;
  const common = omitUndefined({ trial, by: fact.by, expected, results, stopped: stops?.get(trial) });
  if (fact.by === 'import') return common;
  return { ...common, ...(await recompute(feed, created, fact)) };
}

async function suggestionOf(feed: Feed, trial: TrialId): Promise<SuggestedFact | undefined> {
  const history = feed.begun?.changes.history(trial);
  if (history === undefined) return undefined;
  for await (const [entry] of feed.source.past(history.first)) {
    const fact = parseFact(entry!.fact);
    return isRefusal(fact) || fact.type !== 'suggested' ? undefined : fact;
  }
  return undefined;
}

async function recompute(feed: Feed, created: Created, fact: SuggestedFact): Promise<Partial<Why>> {
  const decisions = decisionsOf(fact, created);
  if (decisions !== DECISIONS)
    return {
      impossible: `it was made by version ${decisions} of the decisions, and this is version ${DECISIONS}; "hypertide verify" says more`,
    };
  let replay: Replay;
  try {
    replay = new Replay(feed.source, created);
  } catch (error) {
    return { impossible: `${codeIn(error)} is code, which a log does not hold` };
  }
  try {
    for await (const entries of readUpTo(feed.source.past(1), fact.after ?? 0)) for (const entry of entries) await replay.fold(entry);
    const { phases } = replay.watch;
    const since = performance.now();
    const recomputed = (await replay.difference(fact)) ?? 'equal';
    return { phases, milliseconds: performance.now() - since, recomputed };
  } catch (error) {
    return { impossible: (error as Error).message };
  } finally {
    replay.dispose();
  }
}

/** The part of a strategy that cannot be made from data. */
const codeIn = (error: unknown): string =>
  error instanceof OptionError && typeof error.got === 'string'
    ? `the strategy ${error.got}`
    : `its strategy (${(error as Error).message})`;

/** What was known then: how many results of each strategy, and the prediction of a forest, the same for all strategies. */
async function knowledgeOf(feed: Feed, created: Created, fact: SuggestedFact): Promise<Pick<Why, 'expected' | 'results'>> {
  const space = spaceOf(created) as Space<Params>;
  const ledger = new Ledger<Params>(space);
  const ended: Ended[] = [];
  for await (const entries of readUpTo(feed.source.past(1), fact.after ?? 0)) {
    for (const entry of entries) {
      const { event } = ledger.fold(entry);
      if (event?.type === 'ended' && event.losses) ended.push(event);
    }
  }
  const known = ended.filter(({ id }) => feed.begun?.changes.rows.get(id)?.status !== 'retracted');
  const results: Record<string, number> = {};
  for (const { by } of known) results[by] = (results[by] ?? 0) + 1;
  return {
    results,
    ...omitUndefined({
      expected: expectationOf(
        space,
        created,
        known.filter(({ outcome }) => outcome === 'completed'),
        fact,
      ),
    }),
  };
}

function expectationOf(
  space: Space<Params>,
  created: Created,
  completed: readonly Ended[],
  { trial, params }: SuggestedFact,
): Why['expected'] {
  const known = atOneBudget(completed);
  if (known.length < FEWEST) return undefined;
  const [objective] = created.objectives;
  const encode = featureEncoder(space.axes);
  const table = {
    columns: transpose(
      known.map(({ point }) => encode(point)),
      space.axes.length,
    ),
    categories: categoryCounts(space.axes),
    targets: Float64Array.from(known, ({ losses }) => losses![0]!),
  };
  const forest = growForest(table, { ...DEFAULT_FOREST, trees: 50 }, rngFor(created.seed, 'why', trial));
  // Negation is its own inverse.
  const { mean, variance } = predictForest(forest, encode(space.encode(space.parse(params))));
  const at = known.length < completed.length ? known[0]!.budget : undefined;
  return omitUndefined({ mean: lossOf(objective!, mean), sd: Math.sqrt(variance), results: known.length, at });
}

/** The results at the highest budget with enough of them for a forest, since losses at different budgets do not compare. */
function atOneBudget(completed: readonly Ended[]): readonly Ended[] {
  const budgets = [...new Set(completed.map(({ budget }) => budget))].sort((a = 0, b = 0) => b - a);
  const groups = budgets.map((budget) => completed.filter((ended) => ended.budget === budget));
  return groups.find((group) => group.length >= FEWEST) ?? [];
}
