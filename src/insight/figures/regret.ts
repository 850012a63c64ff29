import { axisStyle, chartAxis, legendStyle, tooltipStyle } from './drawing/axes.ts';
import { LINES, type Theme } from './drawing/colours.ts';
import { cut, formatNumber } from './drawing/format.ts';
import type { ChartOption } from './drawing/option.ts';
import { trialScale } from './drawing/scale.ts';
import { type Path, stairs } from './drawing/series/stairs.ts';
import { lastTrial } from './history.ts';
import { counts, type FigureRow, type FigureStudy, objectiveValue, sign, trialTooltip, withoutBraces } from './study.ts';

/** What a strategy in a composition has contributed. */
export interface Part {
  readonly trials: number;
  readonly completed: number;
  readonly best: FigureRow | undefined;
  /** How often it improved the best value of all. */
  readonly wins: number;
  /** By trial, how far its best value is from the best of all; the trial again. */
  readonly line: readonly (readonly [trial: number, regret: number, trialAgain: number])[];
}

/** How far the best value of each strategy in a composition is from the best of all. */
export function regretOption(study: FigureStudy, theme: Theme, parts: ReadonlyMap<string, Part>): ChartOption {
  const style = axisStyle(theme);
  const last = study.rows.at(-1)?.trial ?? 1;
  return {
    grid: { left: 64, right: 20, top: 36, bottom: 40 },
    legend: legendStyle(theme, 4),
    xAxis: chartAxis(trialScale(lastTrial(study)), theme, 'x'),
    yAxis: { type: 'value', min: 0, ...style, axisLabel: { ...style.axisLabel, formatter: formatNumber } },
    tooltip: { trigger: 'item', ...tooltipStyle(theme), formatter: trialTooltip(study) },
    series: [...parts].flatMap(([name, { line }], k) => {
      const color = theme.colour(LINES[k % LINES.length]!);
      const points = line.map(([trial, regret]) => [trial, regret] as const);
      const toEnd: Path = points.length > 0 ? [...points, [last, points.at(-1)![1]]] : points;
      return [
        stairs(`steps ${name}`, toEnd, { color, width: 1.8, dashed: k >= LINES.length }),
        { type: 'scatter', id: `trials ${name}`, name: withoutBraces(cut(name, 40)), data: line, symbolSize: 6, color, z: 6 },
      ];
    }),
  };
}

/**
 * What each strategy has contributed. A trial that resumes another one counts for the strategy that proposed the first one. Only results at the
 * highest budget are compared.
 */
export function partsOf(study: FigureStudy): ReadonlyMap<string, Part> {
  const [objective] = study.objectives;
  const by = new Map<string, Draft>();
  if (objective === undefined) return by;
  const results = study.rows.filter((row) => counts(row) && objectiveValue(row, objective) !== undefined);
  const highest = results.reduce((high, row) => Math.max(high, budgetOf(row)), Number.NEGATIVE_INFINITY);
  const loss = (row: FigureRow) => sign(objective) * objectiveValue(row, objective)!;
  const compared = new Set(results.filter((row) => budgetOf(row) === highest));
  const least = [...compared].reduce((low, row) => Math.min(low, loss(row)), Number.POSITIVE_INFINITY);
  let first = Number.POSITIVE_INFINITY;
  for (const row of study.rows) {
    const name = proposerOf(row, study);
    const known = by.get(name) ?? { trials: 0, completed: 0, best: undefined, wins: 0, line: [] };
    by.set(name, known);
    known.trials++;
    if (counts(row)) known.completed++;
    if (!compared.has(row)) continue;
    if (!known.best || loss(row) < loss(known.best)) {
      known.best = row;
      known.line.push([row.trial, loss(row) - least, row.trial]);
    }
    if (loss(row) < first) {
      first = loss(row);
      known.wins++;
    }
  }
  return by;
}

type Draft = { -readonly [K in keyof Part]: Part[K] } & { readonly line: Part['line'][number][] };

const budgetOf = ({ budget = Number.POSITIVE_INFINITY }: FigureRow): number => budget;

function proposerOf(row: FigureRow, study: FigureStudy): string {
  const before = row.resumes === undefined ? undefined : study.rowOf(row.resumes);
  return before && before.trial < row.trial ? proposerOf(before, study) : row.by;
}
