import { turnsOf } from '../../streams/engine/timeout.ts';
import { rungsIn } from '../../streams/spec/spec.ts';
import type { ObjectiveSpec } from '../facts/facts.ts';
import { type AxisImportances, axisImportances, MARGINAL_PLACES } from '../importance/importance.ts';
import type { Importances } from '../importance/importances.ts';
import { type ComparableResult, comparableResults } from '../importance/results.ts';
import { lossOf } from '../ledger/settings.ts';
import type { StrategyEvent, TrialId } from '../messages.ts';
import { rngFor } from '../numeric/random.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Axis } from '../space/axis.ts';
import { type Dimension, valuesOf } from '../space/types/dimension.ts';
import { isRange } from '../space/types/parameterType.ts';
import { RefusedError } from '../study/commands.ts';
import type { TrialRow } from '../study/trials.ts';
import type { Feed } from './feed/feed.ts';

/** The most trials that are used; if there are more, an evenly spread sample. */
const MOST = 1500;
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
  const takeTurn = turnsOf(TURN);
  const facts: StrategyEvent[] = [];
  for (const row of sampled(changes.rows)) {
    facts.push(...factsOf(row, feed.begun, objective));
    await takeTurn();
  }
  const results = await inTurns(comparableResults(space.axes, facts, rungsIn(ledger.settings.strategy)), takeTurn);
  const found = await inTurns(axisImportances(space.axes, results, rngFor(ledger.settings.seed, 'importance', 0)), takeTurn);
  return found && { ...shownOf(found, results, facts, objective, feed.begun), objective: objective.name };
}

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

/**
 * All trials or, if there are very many, those of an evenly spread sample of configurations, so that a trial is included together with the one that
 * it resumes.
 */
function sampled(rows: Iterable<TrialRow>): readonly TrialRow[] {
  const all = [...rows];
  const every = Math.ceil(all.length / MOST);
  const chosen = new Set<TrialId>();
  return all.filter(({ trial, resumes }, i) => {
    const isChosen = resumes === undefined ? i % every === 0 : chosen.has(resumes);
    if (isChosen) chosen.add(trial);
    return isChosen;
  });
}

/** In the form that the page shows. If budgets differ, results are ranks, so predictions have no unit and are left out. */
function shownOf(
  { marginals, ...shares }: AxisImportances,
  results: readonly ComparableResult[],
  facts: readonly StrategyEvent[],
  objective: ObjectiveSpec,
  { space }: Begun,
): Omit<Importances, 'objective'> {
  const losses = new Set(facts.flatMap((fact) => (fact.type === 'ended' ? (fact.losses?.[0] ?? []) : [])));
  if (!results.every(({ loss }) => losses.has(loss))) return shares;
  const { parameters } = space.toJSON();
  const found = space.axes.map((axis) => {
    const valueAt = valuesAlong(axis, parameters[axis.name]!);
    const all = marginals[axis.name]!.map(({ mean, sd }, k) => ({ value: valueAt(k), mean: lossOf(objective, mean), sd }));
    return [axis.name, all.filter(({ value }, k) => value !== all[k - 1]?.value)] as const;
  });
  return { ...shares, marginals: Object.fromEntries(found) };
}

/** The value of a parameter at the k-th of its marginals. */
function valuesAlong({ levels, ordered }: Axis, dimension: Dimension): (k: number) => unknown {
  const values = valuesOf(dimension);
  const levelOf = (k: number) => (ordered ? levels!.of(MARGINAL_PLACES[k]!) : k);
  if (!isRange(values)) return (k) => values[levelOf(k)];
  const { low, step = 1, transform } = values;
  return (k) => (levels ? low + step * levelOf(k) : transform.value(MARGINAL_PLACES[k]!));
}

/** The facts of a trial about an objective, as far as its row has them: reports of the first objective only. A retracted trial has no results. */
function factsOf(row: TrialRow, { changes, space, ledger }: Begun, objective: ObjectiveSpec): StrategyEvent[] {
  const { trial: id, status, by, params, budget, resumes, step, values, constraints } = row;
  const proposal = omitUndefined({ id, by, point: space.encode(space.parse(params)), budget, resumes });
  const suggested: StrategyEvent = { ...proposal, type: 'suggested' };
  if (status === 'retracted') return [suggested];
  const reports = objective === ledger.settings.objectives[0] ? changes.history(id)!.reports : [];
  const reported = reports.flatMap((_, i): StrategyEvent[] =>
    i % 3 === 0 ? [{ type: 'reported', id, step: reports[i + 1]!, losses: [lossOf(objective, reports[i + 2]!)] }] : [],
  );
  if (status === 'open') return [suggested, ...reported];
  const value = values?.[objective.name];
  const losses = value === undefined ? undefined : [lossOf(objective, value)];
  return [suggested, ...reported, omitUndefined({ ...proposal, type: 'ended', outcome: status, step, losses, constraints })];
}
