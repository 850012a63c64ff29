import { expect, it } from 'vitest';
import { atEdges, edgeText } from '../../src/insight/edges.ts';
import { choice, type Dimension, float, int, ordinal } from '../../src/space/types/dimension.ts';

const found = (dimension: Dimension, values: readonly unknown[], results = 40) =>
  atEdges(
    { p: dimension },
    values.map((p, i) => ({ params: { p, i } as never })),
    results,
  ).map(edgeText);

it('names a parameter whose best values lie at an end of its range, in its scale', () => {
  expect(found(float(1e-4, 0.1, { log: true }), [0.097, 0.09, 0.099, 0.01, 0.1])).toEqual([
    'p of the best trial is within 2 % of its upper bound 0.1, as in 4 of the 5 best trials: try a wider range in a new study',
  ]);
  expect(found(float(1e-4, 0.1, { log: true }), [0.0001, 0.000101, 0.00012, 0.0001, 0.1])[0]).toContain(
    'p of the best trial is its lower bound 0.0001, as in 3',
  );
  expect(found(float(1, 1000), [10, 15, 18, 20, 5])).toHaveLength(1);
  expect(found(float(1, 1000, { log: true }), [10, 15, 18, 20, 5])).toEqual([]);
  expect(found(int(16, 512, { log: true }), [512, 500, 512, 64, 32])[0]).toContain('p of the best trial is its upper bound 512, as in 3');
});

it('needs most of the best trials, the best one included, and enough results', () => {
  const lr = float(1e-4, 0.1, { log: true });
  expect(found(lr, [0.1, 0.1, 0.01, 0.01, 0.01])).toEqual([]);
  expect(found(lr, [0.05, 0.1, 0.1, 0.1, 0.1])).toEqual([]);
  expect(found(lr, [0.1, 0.1, 0.0001, 0.0001, 0.0001])).toEqual([]); // not at the same end
  expect(found(lr, [0.1, 0.1, 0.1, 0.1])).toEqual([]);
  expect(found(lr, [0.1, 0.1, 0.1, 0.1, 0.1], 19)).toEqual([]);
  expect(found(lr, [undefined, undefined, undefined, undefined, undefined])).toEqual([]);
});

it('counts a configuration that was repeated once', () => {
  const rows = [0.1, 0.1, 0.1, 0.1, 0.02, 0.03, 0.04, 0.05].map((p) => ({ params: { p } }));
  expect(atEdges({ p: float(1e-4, 0.1, { log: true }) }, rows, 40)).toEqual([]);
});

it('does not name ends that a range has by nature, nor parameters of few values', () => {
  const at = (value: unknown) => [value, value, value, value, value];
  expect(found(float(0, 0.5), at(0))).toEqual([]);
  expect(found(float(0, 0.5), at(0.5))).toHaveLength(1);
  expect(found(float(0.5, 1), at(1))).toEqual([]);
  expect(found(float(-1, 1), at(1))).toHaveLength(1);
  expect(found(int(1, 100), at(1))).toEqual([]);
  expect(found(int(1, 100), at(100))).toHaveLength(1);
  expect(found(int(1, 8), at(8))).toEqual([]);
  expect(found(float(0.1, 0.5, { step: 0.1 }), at(0.5))).toEqual([]);
  expect(found(choice(['a', 'b']), at('b'))).toEqual([]);
  expect(found(ordinal([1, 2, 4]), at(4))).toEqual([]);
});
