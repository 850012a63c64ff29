import { mean } from '../../../src/numeric/averages.ts';
import { ndtri } from '../../../src/numeric/distributions/normal.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { draw } from '../../../src/space/axis.ts';
import type { Problem } from './problem.ts';

/** With so many, chance moves a share after 100 trials by about .03, and less after fewer: there are 80 times 100 points. */
const POINTS = 8000;

/** The losses of random points in ascending order; failed ones are infinite. */
export function randomLosses({ name, space, loss }: Problem, points = POINTS): Float64Array {
  const rng = rngFor('random points', name, 0);
  return Float64Array.from({ length: points }, () => {
    const value = loss(space.decode(draw(space.axes, rng)));
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  }).sort();
}

/** The probability that n of the points, drawn without replacement, are all among `count` of them. */
function allAmong(count: number, points: number, n: number): number {
  let probability = 1;
  for (let i = 0; i < n; i++) probability *= (count - i) / (points - i);
  return Math.max(0, probability);
}

/** The probability that the best of n random points is worse than a loss, and half of the probability that it is equal. */
export function betterThanRandom(random: Float64Array, loss: number, n: number): number {
  const above = random.length - firstAbove(random, (other) => other > loss);
  const notBelow = random.length - firstAbove(random, (other) => other >= loss);
  return (allAmong(above, random.length, n) + allAmong(notBelow, random.length, n)) / 2;
}

function firstAbove(sorted: Float64Array, isAbove: (loss: number) => boolean): number {
  const at = sorted.findIndex(isAbove);
  return at < 0 ? sorted.length : at;
}

/** Mean over runs. 0.5 is as good as random search, 1 always better. */
export const shareAbove = (random: Float64Array, runs: readonly (readonly number[])[], n: number): number =>
  mean(runs.map((best) => betterThanRandom(random, best[n - 1]!, n)));

/**
 * The lowest share that runs as good as random search reach by chance, with 99 % in all of several tests together. For one run, the probability that
 * random search is worse is uniform, so its standard deviation is 1 / sqrt(12).
 */
export const leastByChance = (runs: number, tests: number): number => 0.5 + ndtri(0.01 / tests) / Math.sqrt(12 * runs);
