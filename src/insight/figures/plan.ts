import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Points } from './cells.ts';
import { chartAxis, HEAD_ROOM } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import { states, type TrialState } from './drawing/looks.ts';
import type { ChartOption } from './drawing/option.ts';
import type { AxisScale } from './drawing/scale.ts';
import { type Line, lineSeries } from './drawing/series/lines.ts';
import type { FigureStudy } from './figureStudy.ts';
import { trialSeries } from './points.ts';

/** The width of a figure in a file, in pixels. */
export const WIDTH = 760;

/** What a figure says around its drawing. */
interface Titled {
  readonly title: string;
  readonly note?: string;
  /** In pixels. */
  readonly height: number;
  /** What the ends of its colours mean, the good one first. */
  readonly colours?: readonly [best: string, worst: string];
}

/** A complete figure, with the trials. */
export interface Figure extends Titled {
  /** The statuses of the trials that it shows, each with its own mark. */
  readonly key?: readonly TrialState[];
  /** For ECharts. */
  readonly option: ChartOption;
}

/** How a figure is made. Its parts are functions: the page makes each part again when what it reads has changed. */
export interface Plan extends Titled {
  /** For people who do not see it. Default: the title. */
  readonly label?: string;
  /** Without the trials. */
  option(theme: Theme): ChartOption;
  /** What it shows over two axes, if it has two. */
  plane?(): Plane | undefined;
  /** The trials as points, which the page draws on top: a selection changes in every frame of a drag. */
  points?(): readonly Points[];
  /** The axes of trials as curves, which the page draws on top, too. */
  readonly curves?: readonly [steps: AxisScale, values: AxisScale];
  /** The trials as series, if they are not points. */
  series?(theme: Theme): readonly ChartOption[];
  /** The statuses that its own drawing shows. */
  readonly key?: readonly TrialState[];
}

/** What a figure shows over two axes, without the trials. */
export interface Plane {
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly lines: readonly Line[];
  /** What is drawn besides lines. */
  readonly more?: (theme: Theme) => readonly ChartOption[];
}

/** A figure over two axes. */
export const overAxes = (plan: Omit<Plan, 'option'> & Required<Pick<Plan, 'plane'>>): Plan => ({
  ...plan,
  option: (theme) => planeOption(plan.plane(), theme),
});

export function planeOption(plane: Plane | undefined, theme: Theme): ChartOption {
  if (plane === undefined) return {};
  const { x, y, lines, more } = plane;
  return {
    grid: { left: 60, right: 24, top: HEAD_ROOM, bottom: 42 },
    xAxis: chartAxis(x, theme, 'x'),
    yAxis: chartAxis(y, theme, 'y'),
    series: [...(more?.(theme) ?? []), ...lines.map((line, k) => lineSeries(line, k, x, y, theme))],
  };
}

/** The figure of a plan. */
export function figureOf(plan: Plan, study: FigureStudy, theme: Theme): Figure {
  const { title, note, height, colours, points, series, key = points || series ? states : [] } = plan;
  const option = plan.option(theme);
  const trials = points ? trialSeries(points(), study, theme) : (series?.(theme) ?? []);
  const seen = new Set(study.rows.filter((_, i) => study.isChosen(i)).map(({ state }) => state));
  return {
    ...omitUndefined({ title, note, height, colours }),
    key: key.filter((state) => seen.has(state)),
    option: {
      animation: false,
      textStyle: { fontFamily: 'system-ui, sans-serif', color: theme.colour('text') },
      backgroundColor: theme.colour('panel'),
      ...option,
      series: [...[option.series ?? []].flat(), ...trials],
    },
  };
}
