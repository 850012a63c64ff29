import { UserError } from '../../errors.ts';
import { surfaceOf, surfacePlan } from './contour.ts';
import { curvesPlan } from './curves.ts';
import type { Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import { examplesPlan } from './examples.ts';
import type { FigureStudy } from './figureStudy.ts';
import { historyPlan } from './history.ts';
import { hypervolumePlan } from './hypervolumes.ts';
import { importancePlan } from './importance.ts';
import type { FigureKind } from './kinds.ts';
import { parallelAxes, parallelPlan } from './parallel.ts';
import { paretoPlans } from './pareto.ts';
import { type Figure, figureOf, type Plan } from './plan.ts';
import { schedulePlans } from './schedule.ts';
import { sliceOrder, slicePlan } from './slice.ts';
import { timelinePlan } from './timeline.ts';

/** A study has nothing to show in a figure of this kind, or no parameter of this name. */
export class NoFigureError extends UserError {
  override readonly name = 'NoFigureError';
  readonly code = 'no-figure';
}

/**
 * The figures of a kind: one for each objective, pair of objectives, or parameter, depending on the kind.
 *
 * @param names parameters to show: two for `contour`, any number for `slice` and `parallel`. Default: the most important, or all.
 * @throws NoFigureError if the study has nothing to show in this kind, or no such parameter
 */
export const figuresOf = (kind: FigureKind, study: FigureStudy, theme: Theme, names: readonly string[] = []): readonly Figure[] =>
  plansOf(kind, study, names).map((plan) => figureOf(plan, study, theme));

/** How the figures of a kind are made. @throws NoFigureError */
function plansOf(kind: FigureKind, study: FigureStudy, names: readonly string[] = []): readonly Plan[] {
  const found = plans[kind](study, names);
  if (found.length > 0) return found;
  const [why, todo] = whyNone(kind);
  throw new NoFigureError(`${kind}: ${why}`, { todo });
}

type PlansOf = (study: FigureStudy, names: readonly string[]) => readonly Plan[];

/** How the figures of each kind are made; none if there is nothing to show. */
export const plans: Readonly<Record<FigureKind, PlansOf>> = {
  history: (study) => study.objectives.map((_, k) => historyPlan(study, k)),
  importance: ({ importances }) => (importances ? [importancePlan(importances, importances.objective)] : []),
  slice: (study, names) => sliceAxes(study, names).map((axis) => slicePlan(study, axis)),
  contour: (study, names) => [contourPlan(study, twoAxes(study, names))],
  parallel: (study, names) => [parallelPlan(study, axesOf(study, names))],
  intermediate: (study) => (study.rows.some(({ curve }) => curve.length > 0) ? [curvesPlan(study)] : []),
  timeline: (study) => (study.rows.some(({ startedAt }) => startedAt !== undefined) ? [timelinePlan(study)] : []),
  pareto: (study) => paretoPlans(study),
  hypervolume: (study) => (study.objectives.length > 1 ? [hypervolumePlan(study)] : []),
  schedule: schedulePlans,
  examples: ({ examples }) => (examples && examples.rows.length > 0 ? [examplesPlan(examples)] : []),
};

const ONE_OBJECTIVE = ['expected a study with several objectives; this one has one', 'draw history instead'] as const;

type Why = readonly [why: string, todo?: string];

/** Why a study has no figure of a kind, and what to do. */
export const whyNone = (kind: FigureKind): Why => reasons[kind] ?? ['there is nothing to show'];

const reasons: Readonly<Partial<Record<FigureKind, Why>>> = {
  importance: ['there are too few results, or all are equal', 'run more trials'],
  intermediate: ['no trial has reported a value before its result'],
  timeline: ['no trial has started yet'],
  pareto: ONE_OBJECTIVE,
  hypervolume: ONE_OBJECTIVE,
  schedule: ['no parameter changed between the trials that the best one resumes'],
  examples: ['no trial has reported the result of an example', 'give the study the option examples, and report a result for each'],
};

const contourPlan = (study: FigureStudy, axes: ReturnType<typeof twoAxes>): Plan =>
  surfacePlan(study, axes, { surface: surfaceOf(study, axes), name: study.objectives[0]!.name });

/** The axes of parameters by their names. @throws NoFigureError if there is no such parameter */
function namedAxes({ parameters }: FigureStudy, names: readonly string[]): readonly number[] {
  return names.map((name) => {
    const axis = parameters.findIndex(([known]) => known === name);
    if (axis >= 0) return axis;
    throw new NoFigureError(`expected a parameter (${cut(parameters.map(([known]) => known).join(', '), 400)}), got ${cut(name, 60)}`);
  });
}

/** The two parameters of a surface. */
function twoAxes(study: FigureStudy, names: readonly string[]): readonly [x: number, y: number] {
  const chosen = names.length > 0 ? namedAxes(study, names) : sliceOrder(study).map(({ axis }) => axis);
  const [x, y] = chosen;
  if (x !== undefined && y !== undefined && x !== y && names.length <= 2) return [x, y];
  const got = names.length > 0 ? names : study.parameters.map(([name]) => name);
  throw new NoFigureError(`expected two parameters, got ${cut(got.join(', '), 100)}`);
}

/** The parameters of slices, the most important first, or as they are named. */
function sliceAxes(study: FigureStudy, names: readonly string[]) {
  const order = sliceOrder(study);
  return names.length === 0 ? order : namedAxes(study, names).map((axis) => order.find((one) => one.axis === axis)!);
}

/** The axes of lines: the parameters with these names, then objectives. */
const axesOf = (study: FigureStudy, names: readonly string[]): readonly number[] =>
  names.length === 0 ? parallelAxes(study) : [...namedAxes(study, names), ...parallelAxes(study, 0)];
