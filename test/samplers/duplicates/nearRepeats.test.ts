import { expect, it } from 'vitest';
import { NearRepeats } from '../../../src/samplers/duplicates/nearRepeats.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';

const { axes } = space({ x: float(0, 1), kind: choice(['a', 'b']) });

/** Learns results at points of x; each has the curve of its cell. */
function learned(cells: number, tried: readonly number[]) {
  const near = new NearRepeats(axes);
  for (const x of tried) near.take({ point: [x, 0.25], curve: Math.floor(x * cells), budget: 1, isFirst: true, counts: true });
  return near;
}

it('a point is a near repeat up to the distance within which at least half of the neighbours were equal', () => {
  const near = learned(10, [0.51, 0.53, 0.56, 0.05, 0.27, 0.75, 0.99, 0.38]);
  expect(near.has([0.52, 0.25])).toBe(true);
  expect(near.has([0.07, 0.25])).toBe(true);
  expect(near.has([0.64, 0.25])).toBe(true);
  expect(near.has([0.87, 0.25])).toBe(true);
  expect(near.has([0.52, 0.75])).toBe(false); // another kind
});

it('no point is one if near results differ', () => {
  const near = learned(1000, [0.5, 0.51, 0.52, 0.53, 0.54]);
  expect([0.5, 0.505, 0.6].map((x) => near.has([x, 0.25]))).toEqual([false, false, false]);
});
