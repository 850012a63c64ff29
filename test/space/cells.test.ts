import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cells, countCells, type GridCells } from '../../src/space/cells.ts';
import { parseSpace, space } from '../../src/space/space.ts';
import { boolean, choice, type Dimension, float, int, ordinal, when } from '../../src/space/types/dimension.ts';
import { refusal } from './helpers.ts';

const all = ({ count, at }: GridCells) => Array.from({ length: count }, (_, i) => at(i));

test('parameters that do not exist do not multiply', () => {
  const s = space({
    opt: choice(['adam', 'sgd', 'rmsprop']),
    momentum: when('opt', ['sgd', 'rmsprop'], ordinal([0, 0.9])),
    nesterov: when('opt', 'sgd', boolean()),
    warmup: when('nesterov', true, int(1, 3)),
    bias: boolean(),
  });
  // adam 1, sgd 2 (1 + 3), rmsprop 2
  expect(cells(s).count).toBe((1 + 8 + 2) * 2);
  expect(all(cells(s)).slice(0, 4).map(s.decode)).toEqual([
    { opt: 'adam', bias: false },
    { opt: 'adam', bias: true },
    { opt: 'sgd', momentum: 0, nesterov: false, bias: false },
    { opt: 'sgd', momentum: 0, nesterov: false, bias: true },
  ]);
});

/** Spaces with conditions upon conditions, on some levels of any earlier finite parameter. */
const finite: fc.Arbitrary<Dimension> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((n) => int(1, n)),
  fc.integer({ min: 1, max: 3 }).map((n) => int(1, n, { log: true })),
  fc.constant(boolean()),
  fc.constantFrom(choice(['a', 'b', 'c']), ordinal([1, 2]), float(0, 1, { step: 0.5 })),
);
const valuesOf = (dimension: Dimension) => {
  const { decode, size } = parseSpace({ parameters: { x: dimension } });
  return Array.from({ length: size }, (_, k) => decode(cells(parseSpace({ parameters: { x: dimension } })).at(k)).x as never);
};
const trees = fc
  .array(fc.record({ dimension: finite, parent: fc.nat(), mask: fc.nat({ max: 15 }) }), { minLength: 1, maxLength: 6 })
  .map((nodes) => {
    const parameters: Record<string, Dimension> = {};
    nodes.forEach(({ dimension, parent, mask }, i) => {
      const on = parent % (i + 1);
      const values = i === on ? [] : valuesOf(nodes[on]!.dimension).filter((_, k) => (mask >> k) & 1);
      parameters[`p${i}`] = values.length > 0 ? when(`p${on}`, values, dimension) : dimension;
    });
    return parseSpace({ parameters });
  });

test('numbers and points are one to one, in any tree', () => {
  fc.assert(
    fc.property(trees, (s) => {
      const grid = cells(s);
      const points = all(grid);
      expect(grid.count).toBe(s.size);
      expect(new Set(points.map((point) => JSON.stringify(s.decode(point)))).size).toBe(grid.count);
      points.forEach((point, i) => {
        expect(grid.indexOf(point)).toBe(i);
        expect(s.snap(point)).toEqual(point);
      });
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('every snapped point of a finite space is a cell', () => {
  fc.assert(
    fc.property(trees, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }), (s, coordinates) => {
      const point = s.snap(coordinates.slice(0, s.axes.length));
      expect(cells(s).at(cells(s).indexOf(point))).toEqual(point);
    }),
    { numRuns: 300, seed: 7 },
  );
});

describe('a grid', () => {
  test('has evenly spaced values of continuous axes, both ends included', () => {
    const s = space({ lr: float(1e-4, 1, { log: true }), x: float(-1, 1) });
    const grid = cells(s, ({ name }) => (name === 'lr' ? 5 : 3));
    expect(grid.count).toBe(15);
    expect(
      all(grid)
        .map((point) => s.decode(point).lr)
        .filter((_, i) => i % 3 === 0),
    ).toEqual([1e-4, 1e-3, 1e-2, 1e-1, 1]);
    expect(
      all(grid)
        .slice(0, 3)
        .map((point) => s.decode(point).x),
    ).toEqual([-1, 0, 1]);
    all(grid).forEach((point, i) => {
      expect(grid.indexOf(point)).toBe(i);
    });
    expect(s.decode(cells(s, () => 1).at(0))).toEqual({ lr: 0.01, x: 0 });
  });
  test('takes some levels of large finite axes, with the parameters that depend on them', () => {
    const s = space({ n: int(0, 100), deep: when('n', [0, 50, 51], int(1, 2)) });
    const grid = cells(s, ({ name }) => (name === 'n' ? 5 : 2));
    expect(all(grid).map(s.decode)).toEqual([
      { n: 0, deep: 1 },
      { n: 0, deep: 2 },
      { n: 25 },
      { n: 50, deep: 1 },
      { n: 50, deep: 2 },
      { n: 75 },
      { n: 100 },
    ]);
    all(grid).forEach((point, i) => {
      expect(grid.indexOf(point)).toBe(i);
    });
    expect(cells(s, () => 1000).count).toBe(104);
  });
  test('finds the nearest cell of any point', () => {
    const grid = cells(space({ x: float(0, 1) }), () => 11);
    expect([0.04, 0.06, 0.97].map((x) => grid.indexOf([x]))).toEqual([0, 1, 10]);
  });
});

test('10^12 cells cost nothing', () => {
  const s = space({ a: int(1, 1e6), b: int(1, 1e6), c: when('a', 77, int(1, 5)) });
  const grid = cells(s);
  expect(grid.count).toBe(1e12 + 4e6);
  for (const i of [0, 123_456_789_012, 1e12 + 4e6 - 1]) expect(grid.indexOf(grid.at(i))).toBe(i);
  expect(countCells(s.axes)).toBe(s.size);
});

test('what cannot be numbered is refused', () => {
  const continuous = space({ x: float(0, 1) });
  expect(refusal(() => cells(continuous))).toBe('expected a grid of at most 2^53 cells, got Infinity');
  expect(refusal(() => cells(space({ a: int(1, 1e9), b: int(1, 1e9) })))).toContain('at most 2^53 cells');
  expect(refusal(() => cells(continuous, () => 0))).toMatch(/^x: .*, got 0$/);
  expect(refusal(() => cells(continuous, () => 2.5))).toContain('got 2.5');
  expect(refusal(() => cells(continuous, () => 3).at(3))).toBe('expected a cell in [0, 3), got 3');
});
