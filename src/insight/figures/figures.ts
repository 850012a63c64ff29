import { UserError } from '../../errors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Points } from './cells.ts';
import { contourOption, contourPoints, surfaceEnds, surfaceOf } from './contour.ts';
import { curveScales, curveSeries, curvesOption } from './curves.ts';
import { distributionOption } from './distribution.ts';
import type { Theme } from './drawing/colours.ts';
import { cut } from './drawing/format.ts';
import { states, type TrialState } from './drawing/looks.ts';
import type { ChartOption } from './drawing/option.ts';
import { historyOption, historyPoints } from './history.ts';
import { hypervolumeOption } from './hypervolumes.ts';
import { importanceHeight, importanceOption } from './importance.ts';
import type { FigureKind } from './kinds.ts';
import { colourEnds, parallelAxes, parallelNote, parallelOption } from './parallel.ts';
import { pairsOf, paretoOption } from './pareto.ts';
import { trialSeries, trialsOver } from './points.ts';
import { SCHEDULE, scheduled, scheduleOption } from './schedule.ts';
import { sliceOption, sliceOrder } from './slice.ts';
import type { FigureStudy } from './study.ts';
import { lanesOf, timelineHeight, timelineOption } from './timeline.ts';

/** A complete figure, with the trials. */
export interface Figure {
  readonly title: string;
  readonly note?: string;
  /** In pixels. */
  readonly height: number;
  /** The statuses of the trials that it shows, each with its own mark. */
  readonly key?: readonly TrialState[];
  /** What the ends of its colours mean, the good one first. */
  readonly colours?: readonly [best: string, worst: string];
  /** For ECharts. */
  readonly option: ChartOption;
}

/** The width of a figure in a file, in pixels. */
export const WIDTH = 760;

/** A study has nothing to show in a figure of this kind, or no parameter of this name. */
export class NoFigureError extends UserError {
  override readonly name = 'NoFigureError';
  readonly code = 'no-figure';
}

/**
 * The figures of a kind: one for each objective, pair of objectives, or parameter, depending on the kind.
 *
 * @param names parameters to show: two for `contour` and `rank`, any number for `slice` and `parallel`. Default: the most important, or all.
 * @throws NoFigureError if the study has nothing to show in this kind, or no such parameter
 */
export function figuresOf(kind: FigureKind, study: FigureStudy, theme: Theme, names: readonly string[] = []): readonly Figure[] {
  return plans[kind](study, theme, names).map((figure) => onPaper(figure, theme));
}

/** A figure with the font and the background of a theme. */
export const onPaper = ({ option, ...rest }: Figure, theme: Theme): Figure => ({
  ...rest,
  option: {
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif', color: theme.colour('text') },
    backgroundColor: theme.colour('panel'),
    ...option,
  },
});

type Plan = (study: FigureStudy, theme: Theme, names: readonly string[]) => readonly Figure[];

const plans: Readonly<Record<FigureKind, Plan>> = {
  history: (study, theme) =>
    study.objectives.map(({ name, direction }, k) => ({
      title: `${cut(name, 60)} by trial`,
      note: `${direction === 'maximize' ? 'higher' : 'lower'} is better; the line is the best so far`,
      height: 300,
      ...withTrials(historyOption(study, theme, k), historyPoints(study, k), study, theme),
    })),
  edf: (study, theme) => [
    {
      title: `Distribution of ${cut(study.objectives[0]!.name, 60)}`,
      note: 'share of results that are at least as good',
      height: 300,
      option: distributionOption(study, theme),
    },
  ],
  importance: (study, theme) => {
    if (study.importances === undefined)
      throw new NoFigureError('importance: there are too few results, or all are equal', { todo: 'run more trials' });
    return [
      {
        title: `Importance for ${cut(study.importances.objective, 60)}`,
        note: 'fANOVA: share of the variation over the whole space; PED-ANOVA: how much it distinguishes the best tenth',
        height: importanceHeight(study.importances),
        option: importanceOption(study.importances, theme),
      },
    ];
  },
  slice: (study, theme, names) =>
    sliceAxes(study, names).map(({ name, axis, ...note }) => ({
      title: cut(name, 60),
      ...note,
      height: 230,
      ...withTrials(sliceOption(study, theme, axis), trialsOver(study, axis, study.parameters.length), study, theme),
    })),
  contour: (study, theme, names) => [overTwo(study, theme, names, false)],
  rank: (study, theme, names) => [overTwo(study, theme, names, true)],
  parallel: (study, theme, names) => [
    {
      title: 'Parameters and results',
      note: parallelNote(study, axesOf(study, names)),
      ...omitUndefined({ colours: colourEnds(study) }),
      height: 360,
      option: parallelOption(study, theme, axesOf(study, names), WIDTH),
    },
  ],
  intermediate: (study, theme) => {
    if (!study.rows.some(({ curve }) => curve.length > 0))
      throw new NoFigureError('intermediate: no trial has reported a value before its result');
    const scales = curveScales(study);
    const option = curvesOption(study, theme, scales);
    return [
      {
        title: `${cut(study.objectives[0]!.name, 60)} by step`,
        note: 'a mark ends each curve; dashes lead to the trial that resumes it; lines are rungs',
        height: 430,
        ...withSeries(option, curveSeries(study, theme, scales), study),
      },
    ];
  },
  timeline: (study, theme) => {
    const lanes = lanesOf(study.rows);
    if (lanes.names.length === 0) throw new NoFigureError('timeline: no trial has started yet');
    const key = statesIn(study).filter((state) => state !== 'waiting');
    return [{ title: 'Trials by trainer', height: timelineHeight(lanes), key, option: timelineOption(study, theme, lanes) }];
  },
  pareto: (study, theme) => {
    needsSeveral('pareto', study);
    return pairsOf(study.objectives.length).map(([a, b]) => ({
      title: `${cut(study.objectives[a]!.name, 30)} and ${cut(study.objectives[b]!.name, 30)}`,
      note: `${study.onFront.length} of ${study.rows.length} trials are on the front`,
      height: 420,
      ...withTrials(
        paretoOption(study, theme, [a, b]),
        trialsOver(study, study.parameters.length + a, study.parameters.length + b),
        study,
        theme,
      ),
    }));
  },
  hypervolume: (study, theme) => {
    needsSeveral('hypervolume', study);
    return [
      {
        title: 'Hypervolume by trial',
        note: 'the volume that the front dominates, up to the worst result of each objective',
        height: 260,
        option: hypervolumeOption(study, theme),
      },
    ];
  },
  schedule: (study, theme) => {
    const axes = scheduled(study);
    if (axes.length === 0) throw new NoFigureError('schedule: no parameter changed between the trials that the best one resumes');
    return axes.map((axis) => ({
      title: cut(study.scales[axis]!.name, 60),
      note: SCHEDULE,
      height: 210,
      option: scheduleOption(study, theme, axis),
    }));
  },
};

function needsSeveral(kind: FigureKind, { objectives }: FigureStudy): void {
  if (objectives.length < 2)
    throw new NoFigureError(`${kind}: expected a study with several objectives; this one has one`, { todo: 'draw history instead' });
}

function overTwo(study: FigureStudy, theme: Theme, names: readonly string[], isRank: boolean): Figure {
  const [x, y] = twoAxes(study, names);
  const objective = cut(study.objectives[0]!.name, 40);
  const surface = surfaceOf(study, [x, y], isRank);
  return {
    title: `${isRank ? `Rank of ${objective}` : objective} over ${cut(study.scales[x]!.name, 30)} and ${cut(study.scales[y]!.name, 30)}`,
    ...omitUndefined({ colours: surfaceEnds(study.objectives[0]!.name, surface, isRank) }),
    height: 420,
    ...withTrials(contourOption(study, theme, [x, y], surface), contourPoints(study, [x, y]), study, theme),
  };
}

/** The statuses of the chosen trials. */
export const statesIn = ({ rows, isChosen }: FigureStudy): readonly TrialState[] => {
  const found = new Set(rows.filter((_, i) => isChosen(i)).map(({ state }) => state));
  return states.filter((state) => found.has(state));
};

const withSeries = (option: ChartOption, trials: readonly ChartOption[], study: FigureStudy) => ({
  key: statesIn(study),
  option: { ...option, series: [...[option.series ?? []].flat(), ...trials] },
});

const withTrials = (option: ChartOption, points: readonly Points[], study: FigureStudy, theme: Theme) =>
  withSeries(option, trialSeries(points, study, theme), study);

/** The axes of parameters by their names. @throws NoFigureError if there is no such parameter */
function namedAxes({ parameters }: FigureStudy, names: readonly string[]): readonly number[] {
  return names.map((name) => {
    const axis = parameters.findIndex(([known]) => known === name);
    if (axis >= 0) return axis;
    throw new NoFigureError(`expected a parameter (${cut(parameters.map(([known]) => known).join(', '), 400)}), got ${cut(name, 60)}`);
  });
}

/** The two parameters of a surface. */
export function twoAxes(study: FigureStudy, names: readonly string[]): readonly [x: number, y: number] {
  const chosen = names.length > 0 ? namedAxes(study, names) : sliceOrder(study).map(({ axis }) => axis);
  const [x, y] = chosen;
  if (x !== undefined && y !== undefined && x !== y && names.length <= 2) return [x, y];
  const got = names.length > 0 ? names : study.parameters.map(([name]) => name);
  throw new NoFigureError(`expected two parameters, got ${cut(got.join(', '), 100)}`);
}

/** The parameters of slices, the most important first, or as they are named. */
export function sliceAxes(study: FigureStudy, names: readonly string[]) {
  const order = sliceOrder(study);
  return names.length === 0 ? order : namedAxes(study, names).map((axis) => order.find((one) => one.axis === axis)!);
}

/** The axes of lines: the parameters with these names, then objectives. */
export const axesOf = (study: FigureStudy, names: readonly string[]): readonly number[] =>
  names.length === 0 ? parallelAxes(study) : [...namedAxes(study, names), ...parallelAxes(study, 0)];
