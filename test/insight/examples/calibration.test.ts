import { expect, it } from 'vitest';
import { comparePair } from '../../../src/insight/examples/pair.ts';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import { matrixOf } from './support.ts';

/** Studies of ten configurations of different skill on twenty examples of different difficulty. The true value of a configuration is its skill. */
function* studies(count: number) {
  for (let study = 0; study < count; study++) {
    const rng = rngFor('calibration', '', study);
    const skills = Array.from({ length: 10 }, () => 0.5 * drawNormal(rng));
    const hard = Array.from({ length: 20 }, () => drawNormal(rng));
    const lines = skills.map((skill) => hard.map((by) => (skill - by + drawNormal(rng)).toFixed(6)).join(' '));
    yield { matrix: matrixOf(lines), skills };
  }
}

it('nine of ten intervals have the true difference, and the mean of a leader is too good', () => {
  let [held, certain, tooGood] = [0, 0, 0];
  const count = 400;
  for (const { matrix, skills } of studies(count)) {
    const [a, b] = [1, 2].map((trial) => matrix.rows.find((row) => row.trial === trial)!) as [never, never];
    const { interval, better } = comparePair(matrix, a, b);
    const truth = skills[0]! - skills[1]!;
    if (interval![0] <= truth && truth <= interval![1]) held++;
    certain += Math.abs(better! - Number(truth > 0));
    const [leader] = matrix.rows;
    tooGood += leader!.value - skills[leader!.trial - 1]!;
  }
  expect(held / count).toBeGreaterThan(0.86);
  expect(held / count).toBeLessThan(0.94);
  expect(certain / count).toBeLessThan(0.3); // 0.5 if the chances said nothing
  expect(tooGood / count).toBeGreaterThan(0.1);
});
