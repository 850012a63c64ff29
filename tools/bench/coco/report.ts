import { textTable } from '../../../src/cli/terminal/table.ts';
import { mean } from '../../../src/numeric/averages.ts';
import { type Curves, errorAfter, LEAST } from './logs.ts';

/** COCO's own: from 100 down to 1e-8, five in a decade. */
const TARGETS = Array.from({ length: 51 }, (_, k) => 10 ** (2 - k / 5));

/**
 * After each number of evaluations per dimension: the share of the targets that the error is within, and the geometric mean of the error. Only problems
 * that all have count, and a cell is empty if a run ended before.
 */
export function tableOf(
  named: ReadonlyMap<string, Curves>,
  dimension: number,
  functions: readonly number[],
  perDimension: readonly number[],
): string {
  const all = [...named.values()];
  const keys = [...all[0]!.keys()].filter((key) => {
    const [d, f] = key.split(' ').map(Number);
    return d === dimension && functions.includes(f!) && all.every((curves) => curveOf(curves, key));
  });
  const rows = [...named].map(([name, curves]) => {
    const cells = perDimension.map((n) => {
      const known = keys.map((key) => errorAfter(curveOf(curves, key)!, n * dimension, !curves.has(key)));
      if (known.includes(undefined)) return '';
      const errors = known.map((error) => Math.max(LEAST, error!));
      const share = mean(errors.map((error) => TARGETS.filter((target) => error <= target).length / TARGETS.length));
      return `${share.toFixed(3)} / ${Math.exp(mean(errors.map(Math.log))).toPrecision(3)}`;
    });
    return [name, ...cells];
  });
  const table = textTable(
    [`${dimension}-D, ${keys.length} problems`, ...perDimension.map((n) => `${n} d`)],
    rows,
    perDimension.map((_, i) => i + 1),
  );
  return table;
}

const curveOf = (curves: Curves, key: string) => curves.get(key) ?? curves.get(key.replace(/\d+$/, '*'));
