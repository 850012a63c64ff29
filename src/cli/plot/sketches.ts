import type { Points } from '../../insight/figures/cells.ts';
import { surfaceOf } from '../../insight/figures/contour.ts';
import { curvePath, curveScales } from '../../insight/figures/curves.ts';
import { distributionPath } from '../../insight/figures/distribution.ts';
import { themes } from '../../insight/figures/drawing/colours.ts';
import { clock, formatNumber, percent } from '../../insight/figures/drawing/format.ts';
import { type AxisScale, numeric, trialScale } from '../../insight/figures/drawing/scale.ts';
import { corners } from '../../insight/figures/drawing/series/stairs.ts';
import { axesOf, type Figure, figuresOf, sliceAxes, twoAxes } from '../../insight/figures/figures.ts';
import { bestSoFar, historyPoints, lastTrial, passedIn } from '../../insight/figures/history.ts';
import { hypervolumePath, hypervolumeScale } from '../../insight/figures/hypervolumes.ts';
import type { FigureKind } from '../../insight/figures/kinds.ts';
import { parallelLines } from '../../insight/figures/parallel.ts';
import { frontPath, pairsOf } from '../../insight/figures/pareto.ts';
import { trialsOver } from '../../insight/figures/points.ts';
import { scheduled, schedulePath, stepScale } from '../../insight/figures/schedule.ts';
import type { FigureStudy } from '../../insight/figures/study.ts';
import { endOf, lanesOf } from '../../insight/figures/timeline.ts';
import { byShare } from '../../insight/importance/whatMatters.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Bars, Heat, Ink, PlaneSketch, Sketch } from './sketch.ts';

/** The figures of a kind for a terminal, with the titles that they have elsewhere. @throws NoFigureError if there is nothing to draw */
export function sketchesOf(kind: FigureKind, study: FigureStudy, names: readonly string[]): readonly Sketch[] {
  const figures: readonly Figure[] = figuresOf(kind, study, themes.light, names);
  const drawings = draw[kind](study, names);
  return figures.map(({ title, note }, i) => ({
    title,
    ...omitUndefined({ note: notes[kind]?.(study, names) ?? note }),
    drawing: drawings[i]!,
  }));
}

const GOOD_TO_BAD = ['good', 'bad'];
const shadesFrom = ([best, worst]: readonly string[]): string => `█▓▒░· from ${best} to ${worst}; + is the best trial`;

/** Notes for kinds of which a terminal shows less. */
const notes: Readonly<Partial<Record<FigureKind, (study: FigureStudy, names: readonly string[]) => string>>> = {
  importance: () => 'fANOVA: share of the variation over the whole space, with its 90 % interval',
  contour: (study, names) => {
    const ends = surfaceOf(study, twoAxes(study, names), false)?.ends;
    return shadesFrom(ends ? ends.map(formatNumber) : GOOD_TO_BAD);
  },
  rank: () => shadesFrom(GOOD_TO_BAD),
  intermediate: () => 'a line for each trial that reported',
};

type Draw = (study: FigureStudy, names: readonly string[]) => readonly Sketch['drawing'][];

const draw: Readonly<Record<FigureKind, Draw>> = {
  history: (study) => study.objectives.map((_, k) => historySketch(study, k)),
  edf: (study) => {
    const x = objectiveAxis(study);
    const path = corners(distributionPath(study)).map(([value, share]) => [x.place(value), share] as const);
    return [{ type: 'chart', x, y: numeric('share', 0, 1, false), lines: [{ path, ink: 'completed' }], points: [] }];
  },
  importance: ({ importances }) => {
    const bars = byShare(importances!.fanova).map((name) => {
      const [low, high] = importances!.intervals.fanova[name]!.map(percent);
      const share = importances!.fanova[name]!;
      return { name, parts: [{ from: 0, to: share, ink: 'completed' as const }], text: `${percent(share)} (${low} to ${high})` };
    });
    return [{ type: 'bars', bars }];
  },
  slice: (study, names) =>
    sliceAxes(study, names).map(({ name, axis }) => {
      const [points] = trialsOver(study, axis, study.parameters.length);
      const [x, y] = [points!.x, points!.y];
      const path = (study.importances?.marginals?.[name] ?? []).map(
        ({ value, mean }) => [x.place(value), clampUnit(y.place(mean))] as const,
      );
      const lines = x.labels ? [] : [{ path, ink: 'running' as const }];
      return { type: 'chart', x, y, lines, points: pointsOf(points!, study) };
    }),
  contour: (study, names) => [heat(study, twoAxes(study, names), false)],
  rank: (study, names) => [heat(study, twoAxes(study, names), true)],
  parallel: (study, names) => {
    const axes = axesOf(study, names);
    const lines = parallelLines(study, axes).map(({ places, badness }) => ({ places, ink: inkOf(badness) }));
    return [{ type: 'lines', axes: axes.map((axis) => study.scales[axis]!), lines }];
  },
  intermediate: (study) => {
    const scales = curveScales(study);
    const lines = study.rows.map((row): PlaneSketch['lines'][number] => ({
      path: curvePath(row, scales).map(([x, y]) => [x, clampUnit(y)] as const),
      ink: row.state,
    }));
    return [{ type: 'chart', x: scales[0], y: scales[1], lines, points: [] }];
  },
  timeline: (study) => [timeline(study)],
  pareto: (study) =>
    pairsOf(study.objectives.length).map((pair) => {
      const [points] = trialsOver(study, ...(pair.map((k) => study.parameters.length + k) as [number, number]));
      const { x, y } = points!;
      const front = frontPath(study, pair).map(([a, b]) => [clampUnit(x.place(a)), clampUnit(y.place(b))] as const);
      const stepped =
        study.objectives.length > 2 ? [] : corners(study.objectives[pair[0]]!.direction === 'maximize' ? front.toReversed() : front);
      return { type: 'chart', x, y, lines: [{ path: stepped, ink: 'plain' }], points: pointsOf(points!, study) };
    }),
  hypervolume: (study) => {
    const path = hypervolumePath(study);
    return [steps(study, hypervolumeScale(path), [{ path, ink: 'completed' }])];
  },
  schedule: (study) =>
    scheduled(study).map((axis) => {
      const path = schedulePath(study, axis);
      const x = stepScale(path);
      const placed = corners(path).map(([step, place]) => [x.place(step), place] as const);
      return { type: 'chart', x, y: study.scales[axis]!, lines: [{ path: placed, ink: 'completed' }], points: [] };
    }),
};

/** The value of each trial, and the best so far. */
export function historySketch(study: FigureStudy, k: number): PlaneSketch {
  const [all, without] = historyPoints(study, k);
  const best = corners(bestSoFar(study, study.objectives[k]!, passedIn(study))).map(
    ([passed, value]) => [all!.x.place(passed), all!.y.place(value)] as const,
  );
  // Trials without a value lie at the lower end.
  const strip = pointsOf({ ...without!, places: [without!.places[0], Array.from(without!.places[1], (place) => place && 0)] }, study);
  return { type: 'chart', x: all!.x, y: all!.y, lines: [{ path: best, ink: 'plain' }], points: [...strip, ...pointsOf(all!, study)] };
}

/** Stairs by trial. */
function steps(study: FigureStudy, y: AxisScale, lines: PlaneSketch['lines']): PlaneSketch {
  const x = trialScale(lastTrial(study));
  const placed = lines.map(({ path, ink }) => ({ path: corners(path).map(([a, b]) => [x.place(a), clampUnit(y.place(b))] as const), ink }));
  return { type: 'chart', x, y, lines: placed, points: [] };
}

const objectiveAxis = ({ scales, parameters }: FigureStudy): AxisScale => scales[parameters.length]!;

const pointsOf = ({ places: [x, y] }: Points, { rows }: FigureStudy): PlaneSketch['points'] =>
  rows.flatMap(({ state }, i) => (Number.isNaN(x[i]! + y[i]!) ? [] : [{ x: clampUnit(x[i]!), y: clampUnit(y[i]!), ink: state }]));

const inkOf = (badness: number): Ink => (badness < 0.25 ? 'completed' : badness < 0.6 ? 'plain' : 'dim');

function heat(study: FigureStudy, axes: readonly [number, number], isRank: boolean): Heat {
  const [x, y] = axes.map((axis) => study.scales[axis]!) as [AxisScale, AxisScale];
  const { across, up, cells } = surfaceOf(study, axes, isRank)!;
  const best = study.rows.findIndex(({ trial }) => trial === study.ranked[0]?.trial);
  const marks = best < 0 ? [] : [{ x: study.columns[axes[0]]![best]!, y: study.columns[axes[1]]![best]! }];
  return { type: 'heat', x, y, across, up, cells, marks: marks.filter((mark) => !Number.isNaN(mark.x + mark.y)) };
}

function timeline(study: FigureStudy): Bars {
  const { names, laneOf } = lanesOf(study.rows);
  const shown = study.rows.filter(({ trial }) => laneOf.has(trial));
  const from = Math.min(...shown.map(({ startedAt }) => startedAt!));
  const to = Math.max(from + 1, ...shown.map((row) => endOf(row, study)));
  const place = (at: number) => (at - from) / (to - from);
  const parts = shown.map((row) => ({
    lane: laneOf.get(row.trial)!,
    from: place(row.startedAt!),
    to: place(endOf(row, study)),
    ink: row.state,
  }));
  return {
    type: 'bars',
    bars: names.map((name, i) => ({ name, parts: parts.filter(({ lane }) => lane === i) })),
    ends: [clock(from), clock(to)],
  };
}
