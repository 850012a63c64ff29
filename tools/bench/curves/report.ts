import { textTable } from '../../../src/cli/terminal/table.ts';
import type { Estimate } from '../quality/regret.ts';
import { type CurveProblem, type Family, families } from './problem.ts';
import { geometricMean, ratioOf } from './score.ts';

/** Regret of a strategy by problem and seed. */
export type Regrets = ReadonlyMap<string, readonly number[]>;

export interface Row {
  readonly strategy: string;
  readonly family: Family | 'all';
  readonly trainers: number;
  readonly trainings: number;
  /** Geometric mean over problems; 1 is random search after the same number of full trainings. */
  readonly regret: number;
  /** Regret divided by the regret of the reference. */
  readonly ratio: Estimate;
}

/** Rows of all strategies over the problems of each family, and over all. The first strategy is the reference. */
export function rowsOf(
  regrets: ReadonlyMap<string, Regrets>,
  problems: readonly CurveProblem[],
  setting: Pick<Row, 'trainers' | 'trainings'>,
): Row[] {
  const [reference] = [...regrets.values()];
  const groups = families
    .map((name) => [name, problems.filter(({ family }) => family === name)] as const)
    .filter(([, some]) => some.length > 0);
  const all = groups.length > 1 ? [['all', problems] as const] : [];
  return [...groups, ...all].flatMap(([family, some]) => {
    const cells = (of: Regrets) => some.map(({ name }) => of.get(name)!);
    return [...regrets].map(([strategy, own]) => ({
      strategy,
      family,
      ...setting,
      regret: geometricMean(cells(own)),
      ratio: ratioOf(cells(own), cells(reference!)),
    }));
  });
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
const interval = ({ value, low, high }: Estimate): string => `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;

/** Rows of one setting as a table: a line per strategy, a column per family. */
export function shown(rows: readonly Row[]): string {
  const [{ strategy: reference, trainers, trainings }] = rows as [Row];
  const families = [...new Set(rows.map(({ family }) => family))];
  const strategies = [...new Set(rows.map(({ strategy }) => strategy))];
  const of = (strategy: string) => families.map((family) => rows.find((row) => row.strategy === strategy && row.family === family)!);
  const lines = strategies
    .filter((strategy) => strategy !== reference)
    .map((strategy) => [strategy, ...of(strategy).map(({ ratio }) => interval(ratio))]);
  return [
    `${count(trainers, 'trainer')}, ${count(trainings, 'full training')}: regret divided by that of ${reference} (90 % interval)`,
    textTable(['strategy', ...families], [...lines, [`regret of ${reference}`, ...of(reference).map(({ regret }) => regret.toFixed(2))]]),
  ].join('\n');
}
