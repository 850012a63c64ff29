import { turnsOf } from '../../../streams/engine/timeout.ts';
import { rungsIn } from '../../../streams/spec/defaults.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { ObjectiveSpec } from '../../facts/facts.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import { rowImportances } from '../../insight/importance/rowImportances.ts';
import { RefusedError } from '../../study/commands.ts';
import type { Feed } from './feed.ts';

/** Milliseconds of work before it yields to other tasks. */
const TURN = 20;

type Read = Pick<Feed, 'begun'>;
type Begun = NonNullable<Read['begun']>;

/** Per study and objective, the last importances and the position of the last result that they include. */
const known = new WeakMap<Read, Map<string | undefined, { readonly results: number; readonly found: Promise<Importances | undefined> }>>();

/**
 * How much each parameter matters, by the results so far. Readers that ask at the same time share the answer.
 *
 * @param name the objective; default: the first one. @throws RefusedError if there is no such objective
 */
export async function importancesOf(feed: Read, name?: string): Promise<Importances | undefined> {
  const results = feed.begun?.changes.results ?? 0;
  const ofStudy = known.get(feed) ?? new Map();
  known.set(feed, ofStudy);
  const last = ofStudy.get(name);
  if (last?.results === results) return last.found;
  const found = computed(feed, name);
  ofStudy.set(name, { results, found });
  return found;
}

async function computed(feed: Read, name: string | undefined): Promise<Importances | undefined> {
  if (feed.begun === undefined) return undefined;
  const objective = objectiveOf(feed.begun, name);
  const { space, ledger, changes } = feed.begun;
  const { seed, strategy, objectives } = ledger.settings;
  // There are curves of the first objective only.
  const curveOf = ({ trial }: { readonly trial: number }) =>
    objective === objectives[0] ? stepsAndValues(changes.history(trial)!.reports) : [];
  return inTurns(
    rowImportances({ space, objective, rows: changes.rows, curveOf, rungs: rungsIn(strategy, parseStrategy), seed }),
    turnsOf(TURN),
  );
}

/** Reports without their positions. */
const stepsAndValues = (reports: readonly number[]): readonly number[] => reports.filter((_, i) => i % 3 !== 0);

function objectiveOf({ ledger }: Begun, name: string | undefined): ObjectiveSpec {
  const { objectives } = ledger.settings;
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
