import { type ExampleMatrix, exampleMatrix } from '../../../src/insight/examples/matrix.ts';
import { ExampleResults } from '../../../src/ledger/exampleResults.ts';
import { lossOf } from '../../../src/ledger/settings.ts';

/** A matrix from lines such as `1 0 - 1`: the results of trials 1, 2, ... on examples 0, 1, ...; a dash is an example without one. */
export function matrixOf(
  lines: readonly string[],
  direction: 'minimize' | 'maximize' = 'maximize',
  names?: readonly string[],
): ExampleMatrix {
  const objective = { name: 'score', direction };
  const table = lines.map((line) => line.split(' ').map((cell) => (cell === '-' ? undefined : Number(cell))));
  const results = new ExampleResults(table[0]?.length ?? 3, 1);
  for (const [i, row] of table.entries()) {
    const examples = row.flatMap((value, place) => (value === undefined ? [] : [place]));
    const trial = { type: 'suggested' as const, id: i + 1, by: 'race', point: [0.5], examples };
    results.begin(trial);
    results.add(
      trial.id,
      examples.map((place) => [place, [lossOf(objective, row[place]!)]] as const),
    );
    results.end({ ...trial, type: 'ended', outcome: 'completed' });
  }
  return exampleMatrix(results, objective, names);
}
