import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growForest, predictForest } from '../../../src/numeric/forest/forest.ts';
import { growTree, leafOf, type TrainingData, type Tree } from '../../../src/numeric/forest/tree.ts';
import { type Rng, rngFor } from '../../../src/numeric/random.ts';

interface Reference {
  readonly leaf: number;
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly predicted: readonly number[];
}
const references: Reference[] = JSON.parse(readFileSync(new URL('../../reference/tree.json', import.meta.url), 'utf8'));

const tableOf = (x: readonly (readonly number[])[], y: readonly number[], categories = x[0]!.map(() => 0)): TrainingData => ({
  columns: x[0]!.map((_, f) => Float64Array.from(x, (row) => row[f]!)),
  categories,
  targets: Float64Array.from(y),
});
const SETTINGS = { trees: 10, minLeaf: 1, minSplit: 2, features: 0.6, threshold: (draw: Rng) => draw() };
const halfway = () => 0.5;
const once = (n: number) => new Float64Array(n).fill(1);
const rng = () => rngFor('forest', 'test', 1);
const meanAt = (tree: Tree, x: readonly number[]) => tree.mean[leafOf(tree, x)];

describe('growTree', () => {
  it.each(references)("splits rows as scikit-learn's trees do, with leaves of at least $leaf", ({ leaf, x, y, predicted }) => {
    const tree = growTree(tableOf(x, y), once(y.length), { minLeaf: leaf, minSplit: 2, features: 1, threshold: halfway }, rng());
    for (const [i, row] of x.entries()) expect(meanAt(tree, row)).toBeCloseTo(predicted[i]!, 10);
  });

  it('puts a threshold between two values, and finds the best subset of categories', () => {
    const tree = growTree(tableOf([[0.2], [0.4], [0.5]], [1, 1, 3]), once(3), SETTINGS, rng());
    expect(tree.threshold[0]).toBeGreaterThanOrEqual(0.4);
    expect(tree.threshold[0]).toBeLessThan(0.5);
    // 0 and 2 are alike, 1 and 3 are: no cut of the numbers can tell.
    const choices = growTree(tableOf([[0], [1], [2], [3]], [5, 1, 5.5, 1.5], [5]), once(4), { ...SETTINGS, minLeaf: 2 }, rng());
    expect([0, 1, 2, 3].map((c) => meanAt(choices, [c]))).toEqual([5.25, 1.25, 5.25, 1.25]);
    expect([5.25, 1.25]).toContain(meanAt(choices, [4])); // an unseen category
  });

  it('takes weights for repetitions', () => {
    const [x, y] = [
      [[0], [0.5], [1]],
      [1, 2, 6],
    ];
    const weighted = growTree(tableOf(x, y), Float64Array.of(1, 3, 2), { minLeaf: 3, minSplit: 2, features: 1, threshold: halfway }, rng());
    const repeated = growTree(
      tableOf([[0], [0.5], [0.5], [0.5], [1], [1]], [1, 2, 2, 2, 6, 6]),
      once(6),
      { minLeaf: 3, minSplit: 2, features: 1, threshold: halfway },
      rng(),
    );
    expect([...weighted.mean]).toEqual([...repeated.mean]);
    expect([...weighted.variance]).toEqual([...repeated.variance]);
  });

  it('leaves out rows of weight 0, and does not split equal targets', () => {
    const tree = growTree(tableOf([[0], [1], [0.5]], [7, 7, 1]), Float64Array.of(1, 1, 0), SETTINGS, rng());
    expect([...tree.mean]).toEqual([7]);
    expect([...growTree(tableOf([[0.5], [0.5]], [1, 3]), once(2), SETTINGS, rng()).mean]).toEqual([2]);
  });

  it('keeps every row on its side, whatever the rows', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: -3, max: 3 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 4 }),
        (rows, minLeaf) => {
          const x = rows.map(([a, c]) => [a / 5, c]);
          const y = rows.map(([, , t]) => t);
          const tree = growTree(tableOf(x, y, [0, 4]), once(y.length), { minLeaf, minSplit: 2, features: 1, threshold: halfway }, rng());
          const sums = new Map<number, number[]>();
          for (const [i, row] of x.entries()) {
            const leaf = leafOf(tree, row);
            sums.set(leaf, [...(sums.get(leaf) ?? []), y[i]!]);
          }
          for (const [leaf, targets] of sums) {
            expect(tree.weight[leaf]).toBe(targets.length);
            expect(tree.mean[leaf]).toBeCloseTo(targets.reduce((a, b) => a + b) / targets.length, 10);
            if (sums.size > 1) expect(targets.length).toBeGreaterThanOrEqual(minLeaf);
          }
        },
      ),
    ));
});

describe('trees with random cuts', () => {
  const random = { minLeaf: 1, minSplit: 2, features: 1, threshold: 'random' } as const;

  it('are exact at their training rows, and cut anywhere between the least and the greatest', () => {
    const draw = rng();
    const [x, y] = [
      [[0.1], [0.2], [0.9]],
      [5, 5.5, 1],
    ];
    const trees = Array.from({ length: 400 }, () => growTree(tableOf(x, y), once(3), random, draw));
    for (const tree of trees) expect(x.map((row) => meanAt(tree, row))).toEqual(y);
    const first = trees.map(({ threshold }) => threshold[0]!).sort((a, b) => a - b);
    // Uniform on [0.1, 0.9): its distance from the empirical distribution is less than 1.63 / sqrt(400) in 99 of 100 (Kolmogorov).
    for (const [i, at] of first.entries()) expect(Math.abs((at - 0.1) / 0.8 - i / 400)).toBeLessThan(1.63 / 20);
  });

  it('take the feature whose cut separates the targets best, and leave no leaf too small', () => {
    const x = Array.from({ length: 20 }, (_, i) => [i / 19, 0.5, (i * 7) % 20]);
    const y = x.map(([a]) => a! * 3);
    const draw = rng();
    for (let k = 0; k < 20; k++) {
      const tree = growTree(tableOf(x, y), once(20), { ...random, minLeaf: 3 }, draw);
      expect(tree.feature).not.toContain(1);
      for (const [node, feature] of tree.feature.entries()) if (feature < 0) expect(tree.weight[node]).toBeGreaterThanOrEqual(3);
    }
    const wide = growTree(
      tableOf(
        x.map(([a, b]) => [a!, b!]),
        y,
      ),
      once(20),
      random,
      draw,
    );
    for (const [i, row] of x.entries()) expect(meanAt(wide, row)).toBe(y[i]);
  });
});

describe('predictForest', () => {
  it('adds the variance within the leaves to that between the trees', () => {
    const leaf = (mean: number, variance: number): Tree => ({
      feature: Int32Array.of(-1),
      threshold: Float64Array.of(0),
      left: Int32Array.of(-1),
      right: Int32Array.of(-1),
      mean: Float64Array.of(mean),
      variance: Float64Array.of(variance),
      weight: Float64Array.of(4),
      leftward: new Uint8Array(0),
      categories: [],
    });
    // Means 1 and 4: 2.5, and 2.25 between them; within, 1 on average.
    expect(predictForest({ trees: [leaf(1, 0.5), leaf(4, 1.5)] }, [])).toEqual({ mean: 2.5, variance: 3.25 });
  });

  it('has less variance near its training rows, and predicts them', () => {
    const draw = rngFor('forest', 'rows', 1);
    const x = Array.from({ length: 200 }, () => [0.6 * draw(), draw()]);
    const forest = growForest(
      tableOf(
        x,
        x.map(([a]) => 4 * a!),
      ),
      SETTINGS,
      rng(),
    );
    for (const a of [0.1, 0.3, 0.5]) expect(Math.abs(predictForest(forest, [a, 0.5]).mean - 4 * a)).toBeLessThan(0.25);
    expect(
      growForest(
        tableOf(
          x,
          x.map(([a]) => a!),
        ),
        SETTINGS,
        rng(),
      ),
    ).toEqual(
      growForest(
        tableOf(
          x,
          x.map(([a]) => a!),
        ),
        SETTINGS,
        rng(),
      ),
    );
  });
});
