import { OptionError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Created, Params } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { type EarlierFacts, earlierResults } from '../../src/samplers/earlier/earlierResults.ts';
import { isRecord } from '../../src/schema/json.ts';
import type { Space } from '../../src/space/space.ts';
import { isStrategyEvent, type StrategyEvent, type TrialId } from '../../src/strategy/messages.ts';
import { type ParseStrategy, rungsIn, type Strategy } from '../kernel/strategy.ts';
import type { Log } from '../log/log.ts';
import { past } from '../log/past.ts';
import { budgetsOthers } from '../operators/startingWith.ts';
import { budgetingIn } from '../spec/defaults.ts';
import { createdOf, type StudyOptions } from '../spec/options.ts';
import { spaceOf } from './applyEntries.ts';

/** The log of an earlier study, or its entries as `readJournal` returns them. */
export type EarlierStudy = AsyncIterable<readonly Entry[]> | Pick<Log, 'read' | 'head'>;

export interface EarlierOption {
  /**
   * Logs of earlier studies on similar problems, such as `readJournal('last-week.jsonl')`. A new study tries up to five configurations that a model
   * of their results predicts to be good, as long as they are no worse than its own, and records them in `created`. Parameters are matched by name; spaces, objectives and scales may
   * differ. A study that resumes does not read them again.
   */
  readonly earlier?: readonly EarlierStudy[] | undefined;
}

const LOG = "readJournal('study.jsonl')";

/** More studies take longer to model, and add little. The last ones are used. */
const MOST_STUDIES = 30;

/** The first fact of a log, with the configurations to try first. @throws OptionError */
export async function createdAfter<P>(
  space: Space<P>,
  strategy: Strategy | undefined,
  { earlier, parseStrategy, ...options }: StudyOptions & EarlierOption & { readonly parseStrategy: ParseStrategy },
): Promise<Created> {
  const created = createdOf(space, strategy, options);
  if (earlier === undefined) return created;
  if (!Array.isArray(earlier)) throw new OptionError('earlier', `a list of logs such as ${LOG}`, earlier);
  const own = budgetingIn(strategy?.spec);
  if (own !== undefined && !budgetsOthers(strategy!))
    throw new OptionError('earlier', 'early stopping as a stage of a chain, such as chain(asha(...), bo())', own);
  const studies = await Promise.all(
    [...earlier.entries()].slice(-MOST_STUDIES).map(async ([i, study]) => {
      const { name, ...facts } = await factsOf(study, `earlier[${i}]`, parseStrategy);
      return { study: name, results: earlierResults(space, facts) };
    }),
  );
  const { startingPoints } = await import('../../src/samplers/earlier/startingPoints.ts'); // a model, which few programs need
  const points = startingPoints(
    space,
    studies.flatMap(({ results }) => results),
    rngFor(created.seed, 'earlier', 0),
  );
  return {
    ...created,
    earlier: {
      studies: studies.map(({ study, results }) => ({ study, results: results.length })),
      configurations: points.map((point) => space.decode(point) as Params),
    },
  };
}

/** What happened in a study. @param place of its log among the options. @throws OptionError if there is no study in it */
async function factsOf(study: EarlierStudy, place: string, parse: ParseStrategy): Promise<EarlierFacts & { readonly name: string }> {
  if (!isRecord(study)) throw new OptionError(place, `a log such as ${LOG}`, study);
  const entries: Entry[] = [];
  for await (const batch of 'read' in study ? past(study, 1) : study) entries.push(...batch);
  const known = entries.map(({ fact }) => parseFact(fact));
  const created = known.find((fact): fact is Created => !isRefusal(fact) && fact.type === 'created');
  const [first] = known;
  const why = first && isRefusal(first) ? `; the first: ${first.message}` : '';
  if (!created) throw new OptionError(place, 'the log of a study', entries.length, ` entries without one${why}`);
  const retracted = new Set<TrialId>();
  for (const fact of known) if (!isRefusal(fact) && fact.type === 'retracted') retracted.add(fact.trial);
  const space = spaceIn(created, place);
  const ledger = new Ledger(space, retracted);
  const facts: StrategyEvent[] = [];
  for (const entry of entries) {
    const { event } = ledger.fold(entry);
    if (event && isStrategyEvent(event)) facts.push(event);
  }
  return { name: created.study, space, facts, rungs: rungsIn(created.strategy, parse) };
}

/** The space of an earlier study. Without its place, an error would read as one of the new study. @throws OptionError */
function spaceIn(created: Created, place: string): Space<Params> {
  try {
    return spaceOf(created);
  } catch (error) {
    throw new OptionError(place, 'a study with a valid space', created.study, ` with ${(error as Error).message}`);
  }
}
