import { expect, it } from 'vitest';
import { rngFor } from '../../src/numeric/random.ts';
import { sliceStep } from '../../src/numeric/slice.ts';

it('draws from a correlated normal distribution', () => {
  const rng = rngFor('slice', 'test', 1);
  const logDensity = ([x, y]: Float64Array) => -(x! * x! - 1.6 * x! * y! + y! * y!) / (2 * 0.36); // variances 1, covariance 0.8
  let at: Float64Array = Float64Array.of(3, -3);
  const draws = Array.from({ length: 20000 }, () => {
    at = sliceStep(logDensity, at, 1, rng);
    return at;
  });
  const mean = (f: (x: Float64Array) => number) => draws.reduce((sum, x) => sum + f(x), 0) / draws.length;
  expect(mean(([x]) => x!)).toBeCloseTo(0, 1);
  expect(mean(([x]) => x! * x!)).toBeCloseTo(1, 1);
  expect(mean(([x, y]) => x! * y!)).toBeCloseTo(0.8, 1);
});

it('stays where the density is positive', () => {
  const rng = rngFor('slice', 'test', 2);
  let at: Float64Array = Float64Array.of(0.5);
  let sum = 0;
  for (let i = 0; i < 5000; i++) {
    at = sliceStep(([x]) => (x! > 0 && x! < 1 ? Math.log(x!) : Number.NaN), at, 1, rng); // density 2x, mean 2/3
    expect(at[0]! > 0 && at[0]! < 1).toBe(true);
    sum += at[0]! / 5000;
  }
  expect(sum).toBeCloseTo(2 / 3, 1);
});
