import type { ObjectiveSpec, Params } from '../../src/facts/facts.ts';
import type { Importances } from '../../src/insight/importance/importances.ts';
import { rowImportances } from '../../src/insight/importance/rowImportances.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import type { Space } from '../../src/space/space.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { RefusedError } from '../../src/study/commands.ts';
import type { StudyLog } from '../../src/study/source.ts';
import type { TrialRow } from '../../src/study/trials.ts';
import { turnsOf } from '../engine/timeout.ts';
import { type ParseStrategy, rungsIn } from '../kernel/strategy.ts';

/** Milliseconds of work before it yields to other tasks. */
const TURN = 20;

/** What importances are computed from. */
export interface ImportanceInput {
  readonly space: Space<Params>;
  readonly settings: Pick<Settings, 'seed' | 'strategy' | 'objectives'>;
  readonly rows: Iterable<TrialRow>;
  /** Steps and values of the first objective that a trial reported, in turn. */
  readonly curveOf: (trial: TrialId) => readonly number[];
  readonly parseStrategy: ParseStrategy;
}

/**
 * How much each parameter matters, by the results so far; undefined if they are too few.
 *
 * @param name the objective; default: the first one. @throws RefusedError if there is no such objective
 */
export async function importancesFrom(
  { space, settings, rows, curveOf, parseStrategy }: ImportanceInput,
  name?: string,
): Promise<Importances | undefined> {
  const { seed, strategy, objectives } = settings;
  const objective = objectiveOf(objectives, name);
  const curve = ({ trial }: { readonly trial: TrialId }) => (objective === objectives[0] ? curveOf(trial) : []);
  return inTurns(rowImportances({ space, objective, rows, curveOf: curve, rungs: rungsIn(strategy, parseStrategy), seed }), turnsOf(TURN));
}

/** The same for a study of which only the rows are kept: reports are read from its log. @throws RefusedError if there is no such objective */
export async function importanceIn(
  study: Pick<ImportanceInput, 'space' | 'rows' | 'parseStrategy'> & { readonly source: StudyLog; readonly ledger: Ledger<Params> },
  name?: string,
): Promise<Importances | undefined> {
  const { space, source, ledger, rows, parseStrategy } = study;
  if (ledger.created === undefined) return undefined;
  const [objective] = ledger.settings.objectives;
  const curves = new Map<TrialId, number[]>();
  const past = new Ledger(space);
  for await (const entries of source.past(1))
    for (const entry of entries) {
      const { effect, event, fact } = past.fold(entry);
      if (effect !== 'reported') continue;
      const curve = curves.get(fact.trial) ?? [];
      curve.push(event.step, fact.values[objective!.name]!);
      curves.set(fact.trial, curve);
    }
  return importancesFrom({ space, settings: ledger.settings, rows, curveOf: (trial) => curves.get(trial) ?? [], parseStrategy }, name);
}

function objectiveOf(objectives: readonly ObjectiveSpec[], name: string | undefined): ObjectiveSpec {
  const objective = name === undefined ? objectives[0] : objectives.find((one) => one.name === name);
  if (objective) return objective;
  const names = objectives.map((one) => one.name).join(', ');
  throw new RefusedError({ code: 'bad-field', message: `objective: expected one of ${names}, got ${JSON.stringify(name?.slice(0, 60))}` });
}

/** The result of a long computation, with pauses for other tasks. */
async function inTurns<T>(computation: Generator<void, T>, takeTurn: () => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = computation.next();
    if (done) return value;
    await takeTurn();
  }
}
