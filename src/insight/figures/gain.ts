import { chartAxis, trialAxis } from './drawing/axes.ts';
import type { Theme } from './drawing/colours.ts';
import type { ChartOption } from './drawing/option.ts';
import { type AxisScale, numeric } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { lastTrial } from './history.ts';
import type { FigureStudy } from './study.ts';

/** Below this share of the lead, in percent, it is hardly worth continuing. */
const WORTH = 1;
/** The ends of the axis, in percent: a gain of 0 lies at the lower one. */
const [LEAST, MOST] = [0.01, 100];

/** The expected gain of further trials, as it was in the course of the study. */
export function gainOption(study: FigureStudy, theme: Theme): ChartOption {
  return {
    grid: { left: 64, right: 24, top: 14, bottom: 42 },
    xAxis: trialAxis(lastTrial(study), theme),
    yAxis: { ...chartAxis(gainScale, theme), name: '%' },
    series: [
      ...gainPaths(study).map((path, k) => stairs(`expected gain ${k}`, path, { color: theme.colour('completed'), width: 1.8 })),
      stairs('worth', worthPath(study), { color: theme.colour('muted'), width: 1, dashed: true }),
    ],
  };
}

/** The scale of the gain, in percent of the lead. */
export const gainScale: AxisScale = numeric('%', LEAST, MOST, true);

/** The gain by trial: a path for each stretch of the study in which a model predicted the results. */
export function gainPaths(study: FigureStudy): readonly Path[] {
  const { gains = [] } = study;
  const paths: (readonly [trial: number, percent: number])[][] = [];
  for (const [i, { trial, share }] of gains.entries()) {
    if (share === undefined) continue;
    const percent = Math.min(MOST, Math.max(LEAST, 100 * share));
    if (gains[i - 1]?.share === undefined) paths.push([]);
    // It holds until the next one, or the end.
    paths.at(-1)!.push([trial, percent], [gains[i + 1]?.trial ?? lastTrial(study), percent]);
  }
  return paths;
}

/** The line below which it is hardly worth continuing. */
export const worthPath = (study: FigureStudy): Path => [
  [1, WORTH],
  [lastTrial(study), WORTH],
];
