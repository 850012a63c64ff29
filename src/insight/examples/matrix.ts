import type { ObjectiveSpec } from '../../facts/facts.ts';
import { type Evaluated, type ExampleResults, meansOf } from '../../ledger/exampleResults.ts';
import { lossOf } from '../../ledger/settings.ts';
import type { Spread } from '../../numeric/spread.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { type Cells, shrunk, twoWayFit } from './twoWayFit.ts';

/** A configuration with its results by the first objective. */
export interface MatrixRow {
  /** The last trial that evaluated it. */
  readonly trial: TrialId;
  /** The mean of its results. */
  readonly value: number;
  /** Of this mean, as an estimate for other examples of the same kind; absent while too little is known about the spread. */
  readonly stderr?: number;
  readonly results: readonly (readonly [place: number, value: number])[];
}

/** The results of a study on its examples: configuration by example. */
export interface ExampleMatrix {
  readonly objective: ObjectiveSpec;
  /** How many examples there are. */
  readonly count: number;
  readonly names?: readonly string[];
  /** How many configurations have results. */
  readonly configurations: number;
  /** The configurations with the most results. The leader is the first; the others follow by what they would probably have on all examples. */
  readonly rows: readonly MatrixRow[];
  /** The trial of the best leader; absent while no configuration leads that satisfies the outcome constraints. */
  readonly leader?: TrialId;
  /** The places of the examples with results, the easiest first. */
  readonly order: readonly number[];
  /** The examples on which all configurations have the worst value of the study, the ones with the most configurations first. */
  readonly unsolved: readonly (readonly [place: number, configurations: number])[];
  /** The spread within the differences between configurations. */
  readonly differences: Spread;
}

/** The most configurations that a matrix has. */
const MOST_ROWS = 40;
/** The most results that it has: there are fewer rows if each has very many. */
const MOST_RESULTS = 50_000;
/** The fewest configurations that have failed on an example before it counts as unsolved. */
export const FEWEST = 5;

/** Collects the results of a study on its examples. @param names of the examples */
export function exampleMatrix(results: ExampleResults, objective: ObjectiveSpec, names?: readonly string[]): ExampleMatrix {
  const { configurations: trials } = results;
  const leader = results.leader && !results.violates(results.leader) ? results.leader : undefined;
  const all = [...trials.keys()];
  const cells = cellsOf(all);
  const fit = twoWayFit(cells);
  const difficulties = fit.columns;
  const levels = shrunk(cells, fit);
  const first = (of: Evaluated) => Number(of === leader);
  const level = new Map(all.map((of, row) => [of, levels[row]!]));
  const shown = withMost(all, first).sort((a, b) => first(b) - first(a) || level.get(a)! - level.get(b)!);
  const places = [...difficulties.keys()].filter((place) => !Number.isNaN(difficulties[place]));
  return omitUndefined({
    objective,
    count: results.count,
    names,
    configurations: all.length,
    rows: shown.map((of) => ({ trial: trials.get(of)!, ...resultsOf(of, results, objective) })),
    leader: leader && trials.get(leader),
    order: places.sort((a, b) => difficulties[a]! - difficulties[b]! || a - b),
    unsolved: unsolvedIn(cells),
    differences: results.spreadOfDifferences(),
  });
}

/** The losses of configurations by example. */
function cellsOf(all: readonly Evaluated[]): Cells {
  const cells = { rows: [] as number[], columns: [] as number[], values: [] as number[] };
  for (const [row, { results }] of all.entries()) {
    for (const [place, [loss]] of results) {
      cells.rows.push(row);
      cells.columns.push(place);
      cells.values.push(loss!);
    }
  }
  return cells;
}

function withMost(all: readonly Evaluated[], first: (of: Evaluated) => number): Evaluated[] {
  const sorted = all.toSorted((a, b) => first(b) - first(a) || b.results.size - a.results.size).slice(0, MOST_ROWS);
  let room = MOST_RESULTS;
  return sorted.filter(({ results }, i) => {
    room -= results.size;
    return i < 2 || room >= 0;
  });
}

function resultsOf(of: Evaluated, results: ExampleResults, objective: ObjectiveSpec): Omit<MatrixRow, 'trial'> {
  const { stderr } = results.estimate(of, Number.POSITIVE_INFINITY);
  return omitUndefined({
    value: lossOf(objective, meansOf(of)[0]!),
    stderr: stderr?.[0],
    results: [...of.results].map(([place, [loss]]) => [place, lossOf(objective, loss!)] as const),
  });
}

/** If the worst value is a usual one, such as 0 of 0 and 1, then an example without any other value is too hard, or has a wrong label. */
function unsolvedIn({ columns, values }: Cells): [place: number, configurations: number][] {
  const [best, worst] = [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
  if (!(best < worst)) return [];
  const failed = new Map<number, number>();
  for (const [i, place] of columns.entries()) failed.set(place, values[i] === worst ? (failed.get(place) ?? 0) + 1 : Number.NaN);
  return [...failed].filter(([, count]) => count >= FEWEST).sort(([a, m], [b, n]) => n - m || a - b);
}

/** The name of an example. */
export const exampleName = ({ names }: Pick<ExampleMatrix, 'names'>, place: number): string => names?.[place] ?? String(place);
