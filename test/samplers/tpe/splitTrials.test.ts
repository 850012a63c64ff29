import { expect, it } from 'vitest';
import { compareRanked, type RankedTrial } from '../../../src/samplers/rankedTrial.ts';
import { rankWeights, splitTrials } from '../../../src/samplers/tpe/splitTrials.ts';

const trial = (index: number, losses: number[], tier: 0 | 1 | 2 = 0): RankedTrial => ({ index, tier, budget: 1, losses });
const ranking = (trials: RankedTrial[]) => trials.sort(compareRanked);

it('counts a tenth of the trials as good, 25 at most, with equal weights for one objective', () => {
  const of = (n: number) => splitTrials(ranking(Array.from({ length: n }, (_, index) => trial(index, [-index]))));
  expect(of(0).size).toBe(0);
  expect([...of(11)]).toEqual([
    [10, undefined],
    [9, undefined],
  ]);
  expect(of(1000).size).toBe(25);
});

it('weights good trials of several objectives by the volume that only they dominate', () => {
  // Fifteen of a far front, so that two are good.
  const front = [trial(0, [0, 10]), trial(1, [10, 5])];
  const far = Array.from({ length: 13 }, (_, i) => trial(i + 2, [20, 20 + i]));
  const weights = splitTrials(ranking([...front, ...far]));
  expect([...weights.keys()].sort()).toEqual([0, 1]);
  // The box is from (0, 5) to (11, 10.5): the first alone has 10 x 0.5, the second 1 x 5, and both 1 x 0.5.
  expect(weights.get(0)).toBeCloseTo(1, 12);
  expect(weights.get(1)).toBeCloseTo(1, 12);
});

it('gives little weight to good trials that are barely better, and none to repeated losses', () => {
  const done = [trial(0, [1, 3]), trial(1, [3, 1])];
  const stopped = Array.from({ length: 18 }, (_, i) => trial(i + 2, [i, i], 1));
  expect([...splitTrials(ranking([...done, ...stopped]))]).toEqual([
    [0, 1],
    [1, 1],
  ]);
  const few = splitTrials(ranking([done[0]!, ...stopped]));
  expect(few.get(0)).toBe(1);
  expect(few.get(2)).toBe(1e-6);
  const twice = splitTrials(ranking([trial(0, [1, 3]), trial(1, [1, 3]), ...stopped]));
  expect([...twice]).toEqual([
    [0, 1],
    [1, 1],
  ]);
});

it('weights good trials of one objective by their rank', () => {
  expect(rankWeights(0)).toEqual([]);
  expect(rankWeights(1)).toEqual([1]);
  const weights = rankWeights(10);
  expect(weights.reduce((a, b) => a + b) / 10).toBeCloseTo(1, 12);
  expect(weights).toEqual(weights.toSorted((a, b) => b - a));
  expect(weights[0]! / weights[4]!).toBeCloseTo(Math.log(11) / Math.log(11 / 5), 12);
});
