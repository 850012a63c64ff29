import type { ObjectiveSpec } from '../../facts/facts.ts';
import { lossOf } from '../../ledger/settings.ts';
import { rngFor } from '../../numeric/random.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { ownValue } from '../../schema/ownValue.ts';
import type { Axis } from '../../space/axis.ts';
import { parseSpace, type Space } from '../../space/space.ts';
import { type Dimension, valuesOf } from '../../space/types/dimension.ts';
import { isRange } from '../../space/types/parameterType.ts';
import type { StrategyEvent, TrialId } from '../../strategy/messages.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { StudyParts } from '../figures/figureStudy.ts';
import { type AxisImportances, axisImportances } from './axisImportances.ts';
import { PLACES } from './coding.ts';
import type { Importances } from './importances.ts';
import { comparableResults } from './results.ts';

/** The trials of which importance is computed. */
export interface ImportanceTask {
  readonly space: Space<unknown>;
  readonly objective: ObjectiveSpec;
  readonly rows: Iterable<TrialRow>;
  /** The reports of a trial about the objective: step, value, step, value, ... */
  curveOf(row: TrialRow): readonly number[];
  /** The budgets at which the study compares trials, ascending; default: the powers of 3. */
  readonly rungs?: readonly number[] | undefined;
  readonly seed: string;
}

/** The most trials that are used; if there are more, about as many of them. */
const MOST_TRIALS = 1500;

/** How much each parameter matters. Yields now and then. @returns undefined if there are too few results, or all are equal */
export function* rowImportances(task: ImportanceTask): Generator<void, Importances | undefined> {
  const { space, objective, rows, rungs, seed } = task;
  const facts: StrategyEvent[] = [];
  for (const row of sampled(rows, seed)) {
    facts.push(...factsOf(row, task));
    yield;
  }
  const { results, partial, restore } = yield* comparableResults(facts, rungs);
  const found = yield* axisImportances(space.axes, results, rngFor(seed, 'importance', 0));
  if (found === undefined) return undefined;
  const { marginals, ...shares } = found;
  return { ...shares, partial, marginals: inUnits(marginals, restore, task), objective: objective.name };
}

/** How much each parameter matters for the first objective, for `figureStudy`. Undefined if there are too few results, or all are equal. */
export function importances({ rows, objectives, space }: StudyParts): Importances | undefined {
  const curves = new Map(rows.map(({ trial, curve = [] }) => [trial, curve]));
  const curveOf = ({ trial }: { readonly trial: TrialId }) => curves.get(trial)!;
  const computation = rowImportances({ space: parseSpace(space), objective: objectives[0]!, rows, curveOf, seed: '' });
  for (;;) {
    const { done, value } = computation.next();
    if (done) return value;
  }
}

/**
 * All trials or, if there are very many, those of a random sample of configurations, so that a trial is included together with the one that it resumes. Every
 * n-th one would have a single value of a parameter that alternates, as in a grid.
 */
function sampled(rows: Iterable<TrialRow>, seed: string): readonly TrialRow[] {
  const all = [...rows];
  if (all.length <= MOST_TRIALS) return all;
  const rng = rngFor(seed, 'importance sample', 0);
  const chosen = new Set<TrialId>();
  return all.filter(({ trial, resumes }) => {
    const isChosen = resumes === undefined ? rng() < MOST_TRIALS / all.length : chosen.has(resumes);
    if (isChosen) chosen.add(trial);
    return isChosen;
  });
}

/** Predictions in the unit of the objective, by the values of parameters. */
function inUnits(
  marginals: AxisImportances['marginals'],
  restore: (loss: number) => number,
  { space, objective }: ImportanceTask,
): Importances['marginals'] {
  const { parameters } = space.toJSON();
  const found = space.axes.map((axis) => {
    const valueAt = valuesAlong(axis, parameters[axis.name]!);
    const all = marginals[axis.name]!.map(({ mean, sd }, k) => ({
      value: valueAt(k),
      mean: lossOf(objective, restore(mean)),
      sd: (restore(mean + sd) - restore(mean - sd)) / 2,
    }));
    return [axis.name, all.filter(({ value }, k) => value !== all[k - 1]?.value)] as const;
  });
  return Object.fromEntries(found);
}

/** The value of a parameter at the k-th of its marginals. */
function valuesAlong({ levels, ordered }: Axis, dimension: Dimension): (k: number) => unknown {
  const values = valuesOf(dimension);
  const levelOf = (k: number) => (ordered ? levels!.of(PLACES[k]!) : k);
  if (!isRange(values)) return (k) => values[levelOf(k)];
  const { low, step = 1, transform } = values;
  return (k) => (levels ? low + step * levelOf(k) : transform.value(PLACES[k]!));
}

/** The facts of a trial about the objective, as far as its row has them. A retracted trial has no results. */
function factsOf(row: TrialRow, { space, objective, curveOf }: ImportanceTask): StrategyEvent[] {
  const { trial: id, status, by, params, budget, resumes, step, values, constraints } = row;
  const proposal = omitUndefined({ id, by, point: space.encode(space.parse(params)), budget, resumes });
  const suggested: StrategyEvent = { ...proposal, type: 'suggested' };
  if (status === 'retracted') return [suggested];
  const curve = curveOf(row);
  const reported = curve.flatMap((at, i): StrategyEvent[] =>
    i % 2 === 0 ? [{ type: 'reported', id, step: at, losses: [lossOf(objective, curve[i + 1]!)] }] : [],
  );
  if (status === 'open') return [suggested, ...reported];
  const value = ownValue(values, objective.name);
  const losses = value === undefined ? undefined : [lossOf(objective, value)];
  return [suggested, ...reported, omitUndefined({ ...proposal, type: 'ended', outcome: status, step, losses, constraints })];
}
