import { OptionError } from '../../src/errors.ts';
import type { Created, Params, SuggestedFact } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { DECISIONS, decisionsOf } from '../../src/facts/versions.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { lossOf } from '../../src/ledger/settings.ts';
import { DEFAULT_FOREST, growForest, predictForest } from '../../src/numeric/forest/forest.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { categoryCounts, featureEncoder, transpose } from '../../src/samplers/forest/features.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import { type Ended, isWhole, type TrialId } from '../../src/strategy/messages.ts';
import type { StudyLog } from '../../src/study/source.ts';
import type { TrialRows } from '../../src/study/trials.ts';
import { spaceOf } from '../engine/applyEntries.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
import { readUpTo } from '../log/past.ts';
import { Replay } from './replay.ts';
import { stopReasons } from './stopReasons.ts';
import type { Why } from './why.ts';

/** A study that has begun: its log, and what that says so far. */
interface ReadStudy {
  readonly source: StudyLog;
  readonly ledger: Pick<Ledger<Params>, 'created'>;
  readonly rows: TrialRows;
}

/** The fewest results for a forest. */
const FEWEST = 4;

/** Why a trial was suggested, recomputed from the log as it was when that was decided. @param parse makes its strategies */
export async function whyOf(study: ReadStudy, trial: TrialId, parse: ParseStrategy): Promise<Why | undefined> {
  const { created } = study.ledger;
  const fact = await suggestionOf(study, trial);
  if (fact === undefined || created === undefined) return undefined;
  const { expected, results } = await knowledgeOf(study, created, fact);
  const row = study.rows.get(trial);
  const stops = row?.status === 'stopped' ? await stopReasons(study.source, created, parse, row.ended!, trial) : undefined;
  const common = omitUndefined({ trial, by: fact.by, expected, results, stopped: stops?.get(trial) });
  if (fact.by === 'import') return common;
  return { ...common, ...(await recompute(study, created, fact, parse)) };
}

async function suggestionOf({ source, rows }: ReadStudy, trial: TrialId): Promise<SuggestedFact | undefined> {
  const row = rows.get(trial);
  if (row === undefined) return undefined;
  for await (const [entry] of source.past(row.suggested)) {
    const fact = parseFact(entry!.fact);
    return isRefusal(fact) || fact.type !== 'suggested' ? undefined : fact;
  }
  return undefined;
}

async function recompute(study: ReadStudy, created: Created, fact: SuggestedFact, parse: ParseStrategy): Promise<Partial<Why>> {
  const decisions = decisionsOf(fact, created);
  if (decisions !== DECISIONS)
    return {
      impossible: `it was made by version ${decisions} of the decisions, and this is version ${DECISIONS}; "hypertide verify" says more`,
    };
  let replay: Replay;
  try {
    replay = new Replay(study.source, created, parse);
  } catch (error) {
    return { impossible: `${codeIn(error)} is code, which a log does not hold` };
  }
  try {
    for await (const entries of readUpTo(study.source.past(1), fact.after ?? 0)) for (const entry of entries) await replay.fold(entry);
    const since = performance.now();
    const recomputed = (await replay.difference(fact)) ?? 'equal';
    const { phases } = replay.watch;
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
async function knowledgeOf(study: ReadStudy, created: Created, fact: SuggestedFact): Promise<Pick<Why, 'expected' | 'results'>> {
  const space = spaceOf(created) as Space<Params>;
  const ledger = new Ledger<Params>(space);
  const ended: Ended[] = [];
  for await (const entries of readUpTo(study.source.past(1), fact.after ?? 0)) {
    for (const entry of entries) {
      const { event } = ledger.fold(entry);
      if (event?.type === 'ended' && event.losses) ended.push(event);
    }
  }
  const known = ended.filter(({ id }) => study.rows.get(id)?.status !== 'retracted');
  const results: Record<string, number> = {};
  for (const { by } of known) results[by] = (results[by] ?? 0) + 1;
  return {
    results,
    ...omitUndefined({
      expected: expectationOf(space, created, known.filter(isWhole), fact),
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
