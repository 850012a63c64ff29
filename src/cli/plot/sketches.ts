import type { Points } from '../../insight/figures/cells.ts';
import { surfaceOf } from '../../insight/figures/contour.ts';
import { type CurveScales, curvePath } from '../../insight/figures/curves.ts';
import { clock, formatNumber, percent } from '../../insight/figures/drawing/format.ts';
import type { AxisScale } from '../../insight/figures/drawing/scale.ts';
import { drawnPath } from '../../insight/figures/drawing/series/lines.ts';
import { exampleGrid } from '../../insight/figures/examples.ts';
import { axesOf, plansOf, twoAxes } from '../../insight/figures/figures.ts';
import type { FigureKind } from '../../insight/figures/kinds.ts';
import { parallelLines } from '../../insight/figures/parallel.ts';
import type { Plan } from '../../insight/figures/plan.ts';
import type { FigureRow, FigureStudy } from '../../insight/figures/study.ts';
import { endOf, lanesOf } from '../../insight/figures/timeline.ts';
import { byShare } from '../../insight/importance/whatMatters.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Bars, Heat, Ink, PlaneSketch, Sketch } from './sketch.ts';

/** The figures of a kind for a terminal, with the titles that they have elsewhere. @throws NoFigureError if there is nothing to draw */
export function sketchesOf(kind: FigureKind, study: FigureStudy, names: readonly string[]): readonly Sketch[] {
  return plansOf(kind, study, names).map((plan) => ({
    title: plan.title,
    ...omitUndefined({ note: notes[kind]?.(study, names) ?? plan.note }),
    drawing: draw[kind]?.(study, names) ?? planeSketch(plan, study),
  }));
}

const GOOD_TO_BAD = ['good', 'bad'];
const shadesFrom = ([best, worst]: readonly string[]): string => `█▓▒░· from ${best} to ${worst}`;
const surfaceShades = (ends: readonly string[]): string => `${shadesFrom(ends)}; + is the best trial`;

/** Notes for kinds of which a terminal shows less. */
const notes: Readonly<Partial<Record<FigureKind, (study: FigureStudy, names: readonly string[]) => string>>> = {
  importance: () => 'fANOVA: share of the variation over the whole space, with its 90 % interval',
  contour: (study, names) => {
    const ends = surfaceOf(study, twoAxes(study, names), false)?.ends;
    return surfaceShades(ends ? ends.map(formatNumber) : GOOD_TO_BAD);
  },
  rank: () => surfaceShades(GOOD_TO_BAD),
  intermediate: () => 'a line for each trial that reported',
  examples: ({ examples }) => `a line for each configuration, the best first; ${shadesFrom(exampleGrid(examples!).ends.map(formatNumber))}`,
};

type Draw = (study: FigureStudy, names: readonly string[]) => Sketch['drawing'];

/** Kinds that have no two axes, or another drawing over them. */
const draw: Readonly<Partial<Record<FigureKind, Draw>>> = {
  importance: ({ importances }) => {
    const bars = byShare(importances!.fanova).map((name) => {
      const [low, high] = importances!.intervals.fanova[name]!.map(percent);
      const share = importances!.fanova[name]!;
      return { name, parts: [{ from: 0, to: share, ink: 'completed' as const }], text: `${percent(share)} (${low} to ${high})` };
    });
    return { type: 'bars', bars };
  },
  contour: (study, names) => heat(study, twoAxes(study, names), false),
  rank: (study, names) => heat(study, twoAxes(study, names), true),
  parallel: (study, names) => {
    const axes = axesOf(study, names);
    const lines = parallelLines(study, axes).map(({ places, badness }) => ({ places, ink: inkOf(badness) }));
    return { type: 'lines', axes: axes.map((axis) => study.scales[axis]!), lines };
  },
  timeline,
  examples: ({ examples }) => {
    const { rows, columns, cells } = exampleGrid(examples!);
    const names = rows.map(({ trial }) => `trial ${trial}`);
    return { type: 'shades', names, across: columns.length, cells: cells.map(([a, b, bad]) => [a, b, bad]), below: 'from easy to hard' };
  },
};

/** The lines and trials of a figure over two axes. */
export function planeSketch({ plane, curves, points }: Plan, study: FigureStudy): PlaneSketch {
  const { x, y, lines } = plane!()!;
  const curve = (row: FigureRow, scales: CurveScales) => curvePath(row, scales).map(([step, value]) => [step, clampUnit(value)] as const);
  const traced = curves ? study.rows.map((row) => ({ path: curve(row, curves), ink: row.state })) : [];
  return {
    type: 'chart',
    x,
    y,
    lines: [...traced, ...lines.map((line) => ({ path: drawnPath(line), ink: line.colour === 'text' ? ('plain' as const) : line.colour }))],
    points:
      points?.()
        .toReversed()
        .flatMap((layer) => pointsOf(layer, study)) ?? [],
  };
}

/** Trials in a strip lie at the lower end. */
const pointsOf = ({ grid, places: [x, y] }: Points, { rows }: FigureStudy): PlaneSketch['points'] =>
  rows.flatMap(({ state }, i) =>
    Number.isNaN(x[i]! + y[i]!) ? [] : [{ x: clampUnit(x[i]!), y: grid === undefined ? clampUnit(y[i]!) : 0, ink: state }],
  );

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
