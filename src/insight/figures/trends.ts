import { LINES } from './drawing/colours.ts';
import { roundScale } from './drawing/scale.ts';
import { type Line, type Path, placed } from './drawing/series/lines.ts';
import { passedScale } from './history.ts';
import type { Plane } from './plan.ts';
import type { FigureView } from './study.ts';

/** How the best value of a study changed. */
export interface Trend {
  readonly name: string;
  /** At least one point: what had passed, and the best value. */
  readonly trend: Path;
  /** What has passed until now. */
  readonly last: number;
}

/** The best values of several studies over the same axes. */
export function trendsPlane(all: readonly Trend[], along: FigureView['along'] = 'trial'): Plane | undefined {
  const values = all.flatMap(({ trend }) => trend.map(([, value]) => value));
  if (values.length === 0) return undefined;
  const { scale: x, unit } = passedScale(along, Math.max(along === 'trial' ? 10 : 0, ...all.map(({ last }) => last)));
  const y = roundScale('', Math.min(...values), Math.max(...values));
  const lines = all.map(({ name, trend, last }) => ({
    name,
    path: placed(
      trend.map(([passed, value]) => [passed / unit, value] as const),
      x,
      y,
    ),
    until: x.place(last / unit),
  }));
  return { x, y, lines: inTurn(lines) };
}

/** Lines of different looks. */
export const inTurn = (lines: readonly Omit<Line, 'colour' | 'dashed'>[]): readonly Line[] =>
  lines.map((line, k) => ({ ...line, colour: LINES[k % LINES.length]!, dashed: k >= LINES.length }));
