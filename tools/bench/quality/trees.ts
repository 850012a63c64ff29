import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { float, int, parseSpace } from '../../../streams/core.ts';
import { type Problem, problem } from './problem.ts';

/** The errors of decision trees that `tables/trees.py` trained. */
interface Trees {
  /** The least and the greatest value; whole numbers for whole ends. */
  readonly axes: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** In units of 1e-5. The i-th is that of the i-th point of an additive recurrence. */
  readonly errors: readonly number[];
}

/** The sequence that `tables/trees.py` took, in the unit cube. */
function recurrence(dimension: number, size: number): number[][] {
  let ratio = 2;
  for (let i = 0; i < 100; i++) ratio = (1 + ratio) ** (1 / (dimension + 1));
  return Array.from({ length: size }, (_, i) => Array.from({ length: dimension }, (_, j) => (0.5 + (i + 1) / ratio ** (j + 1)) % 1));
}

function treesOn(data: string): Problem {
  const { axes, errors }: Trees = JSON.parse(gunzipSync(readFileSync(new URL(`tables/tree_${data}.json.gz`, import.meta.url))).toString());
  const parameters = Object.entries(axes).map(([name, ends]) => [name, ends.every(Number.isInteger) ? int(...ends) : float(...ends)]);
  const space = parseSpace({ parameters: Object.fromEntries(parameters) });
  const trained = recurrence(parameters.length, errors.length);
  const nearest = (params: object): number => {
    const at = space.encode({ ...params });
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let i = 0; i < trained.length; i++) {
      let away = 0;
      for (let j = 0; j < at.length && away < least; j++) away += (trained[i]![j]! - at[j]!) ** 2;
      if (away < least) [best, least] = [i, away];
    }
    return errors[best]! / 1e5;
  };
  return problem('tree', `tree_${data}`, space, nearest, { optimum: Math.min(...errors) / 1e5 });
}

/** Trained decision trees. Most are alike: a few errors are those of half of the configurations. */
export const trees: readonly Problem[] = ['breast_cancer', 'wine', 'digits'].map(treesOn);
