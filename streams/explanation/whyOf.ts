import { OptionError } from '../../src/errors.ts';
import type { Created, Params, SuggestedFact } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { DECISIONS, decisionsOf } from '../../src/facts/versions.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { predictionOf } from '../../src/study/prediction.ts';
import type { StudyLog } from '../../src/study/source.ts';
import type { TrialRows } from '../../src/study/trials.ts';
import { spaceOf } from '../engine/applyEntries.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
import { readUpTo } from '../log/past.ts';
import { Replay } from './replay.ts';
import type { Why } from './why.ts';
import { whyText } from './whyText.ts';

/** A study that has begun: its log, and what that says so far. */
interface ReadStudy {
  readonly source: StudyLog;
  readonly ledger: Pick<Ledger<Params>, 'created'>;
  readonly rows: TrialRows;
}

/** Why a trial was suggested, recomputed from the log as it was when that was decided. @param parse makes its strategies */
export async function whyOf(study: ReadStudy, trial: TrialId, parse: ParseStrategy): Promise<Why | undefined> {
  const { created } = study.ledger;
  const fact = await suggestionOf(study, trial);
  if (fact === undefined || created === undefined) return undefined;
  const results = await resultsOf(study, created, fact);
  const row = study.rows.get(trial);
  const predicted = predictionOf(fact, created.objectives);
  const common = omitUndefined({ trial, by: fact.by, predicted, results, stopped: row?.status === 'stopped' ? row.message : undefined });
  const why = fact.by === 'import' ? common : { ...common, ...(await recompute(study, created, fact, parse)) };
  return { ...why, text: whyText(why, row!) };
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

/** How many results of each strategy were known then. */
async function resultsOf(study: ReadStudy, created: Created, { after = 0 }: SuggestedFact): Promise<NonNullable<Why['results']>> {
  const ledger = new Ledger<Params>(spaceOf(created) as Space<Params>);
  const results: Record<string, number> = {};
  for await (const entries of readUpTo(study.source.past(1), after)) {
    for (const entry of entries) {
      const { event } = ledger.fold(entry);
      if (event?.type !== 'ended' || !event.losses || study.rows.get(event.id)?.status === 'retracted') continue;
      results[event.by] = (results[event.by] ?? 0) + 1;
    }
  }
  return results;
}
