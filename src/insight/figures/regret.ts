import { roundScale, trialScale } from './drawing/scale.ts';
import { placed } from './drawing/series/lines.ts';
import { lastTrial } from './history.ts';
import { overAxes, type Plan } from './plan.ts';
import { counts, type FigureRow, type FigureStudy, objectiveValue, sign } from './study.ts';
import { inTurn } from './trends.ts';

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
export const regretPlan = (study: FigureStudy, parts: ReadonlyMap<string, Part>): Plan =>
  overAxes({
    title: 'Regret by strategy',
    note: "distance of each strategy's best value from the best of all",
    label: 'Regret of each strategy, by trial',
    height: 340,
    plane: () => {
      const most = [...parts.values()].reduce((high, { line }) => Math.max(high, line[0]?.[1] ?? 0), 0);
      const [x, y] = [trialScale(lastTrial(study)), roundScale('', 0, most || 1)];
      const lines = [...parts].map(([name, { line }]) => ({
        name,
        path: placed(line, x, y),
        until: x.place(study.rows.at(-1)?.trial ?? 1),
      }));
      return { x, y, lines: inTurn(lines), trials: study };
    },
  });

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
