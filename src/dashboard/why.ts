import { spaceOf } from '../../streams/engine/applyEntries.ts';
import type { Entry } from '../entry.ts';
import type { Created, Params, SuggestedFact } from '../facts/facts.ts';
import { Ledger } from '../ledger/ledger.ts';
import { lossOf } from '../ledger/settings.ts';
import type { Ended, TrialId } from '../messages.ts';
import { FOREST, growForest, predictForest } from '../numeric/forest.ts';
import { rngFor } from '../numeric/random.ts';
import { categoryCounts, featureEncoder, transpose } from '../samplers/forest/features.ts';
import type { Space } from '../space/space.ts';
import type { Feed } from './feed.ts';
import { Replay } from './machines/replay.ts';
import type { Why } from './wire.ts';

/** Results that a forest needs to say anything. */
const FEWEST = 4;

/** Why a trial was suggested, recomputed from the log as it was when that was decided. */
export async function whyOf(feed: Feed, trial: TrialId): Promise<Why | undefined> {
  const { created } = feed.begun ?? {};
  const fact = await suggestionOf(feed, trial);
  if (fact === undefined || created === undefined) return undefined;
  const expected = await expectationOf(feed, created, fact);
  const common = { trial, by: fact.by, ...(expected && { expected }) };
  if (fact.by === 'import') return common;
  return { ...common, ...(await decidedAnew(feed, created, fact)) };
}

async function suggestionOf(feed: Feed, trial: TrialId): Promise<SuggestedFact | undefined> {
  const history = feed.begun?.changes.history(trial);
  if (history === undefined) return undefined;
  for await (const entries of feed.source.past(history.first)) return entries[0]!.fact as SuggestedFact;
  return undefined;
}

async function decidedAnew(feed: Feed, created: Created, fact: SuggestedFact): Promise<Partial<Why>> {
  let replay: Replay;
  try {
    replay = new Replay(feed.source, created);
  } catch (error) {
    return { impossible: `its strategy is code, which a log does not hold (${(error as Error).message})` };
  }
  try {
    for await (const entry of entriesUpTo(feed, fact.after ?? 0)) await replay.fold(entry);
    const { phases } = replay.watch;
    const since = performance.now();
    const next = await replay.decide();
    const milliseconds = performance.now() - since;
    const made = next.type === 'append' ? next.fact : undefined;
    const field = (['trial', 'by', 'params', 'budget', 'resumes'] as const).find(
      (name) => JSON.stringify((made as SuggestedFact | undefined)?.[name]) !== JSON.stringify(fact[name]),
    );
    const recomputed = field
      ? { field, logged: fact[field], recomputed: (made as SuggestedFact | undefined)?.[field] }
      : ('equal' as const);
    return { phases, milliseconds, recomputed };
  } catch (error) {
    return { impossible: (error as Error).message };
  } finally {
    replay.dispose();
  }
}

async function* entriesUpTo(feed: Feed, upTo: number): AsyncGenerator<Entry> {
  if (upTo < 1) return;
  for await (const entries of feed.source.past(1)) {
    for (const entry of entries) {
      if (entry.position > upTo) return;
      yield entry;
    }
  }
}

/** What a forest on the results that were known makes of the configuration: said in the same way whatever the strategy was. */
async function expectationOf(feed: Feed, created: Created, { trial, after, params }: SuggestedFact): Promise<Why['expected']> {
  const space = spaceOf(created) as Space<Params>;
  const ledger = new Ledger<Params>(space);
  const ended: Ended[] = [];
  for await (const entry of entriesUpTo(feed, after ?? 0)) {
    const { event } = ledger.fold(entry);
    if (event?.type === 'ended' && event.outcome === 'completed') ended.push(event);
  }
  const known = ended.filter(({ id }) => feed.begun?.changes.rows.get(id)?.status !== 'retracted');
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
  const forest = growForest(table, { ...FOREST, trees: 50 }, rngFor(created.seed, 'why', trial));
  // The way back from a loss is the way there.
  const { mean, variance } = predictForest(forest, encode(space.encode(space.parse(params))));
  return { mean: lossOf(objective!, mean), sd: Math.sqrt(variance), results: known.length };
}
