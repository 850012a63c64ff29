import { describe, expect, it } from 'vitest';
import { hypervolumes } from '../../src/insight/figures/hypervolumes.ts';
import { moved, ordered } from '../../src/page/lib/lists.ts';
import { importancesOf, recommendedOf } from '../../src/server/feed/byResults.ts';
import { board, finished } from './support.ts';

it('the hypervolume grows with each result that changes the front', () => {
  const found = hypervolumes([
    [2, 2],
    [3, 3],
    [1, 3],
    [0, 0],
  ]);
  expect(found).toEqual([
    { index: 0, volume: 1 }, // to the worst: (3, 3)
    { index: 3, volume: 9 }, // the two between add nothing: they lie on the reference
  ]);
  expect(hypervolumes([])).toEqual([]);
});

it('axes are in a chosen order, and those that it does not name follow', () => {
  expect(ordered(['a', 'b', 'c'], '')).toEqual([0, 1, 2]);
  expect(ordered(['a', 'b', 'c'], '["c","gone","a"]')).toEqual([2, 0, 1]);
  expect(ordered(['a', 'b'], 'no JSON')).toEqual([0, 1]);
  expect(moved([0, 1, 2], 0, 1)).toEqual([1, 0, 2]);
  expect(moved([0, 1, 2], 2, -5)).toEqual([2, 0, 1]);
  expect(moved([0, 1, 2], 0, 9)).toEqual([1, 2, 0]);
});

describe('what a forest predicts along each parameter', () => {
  it('is in the unit of the objective, low where results are low', async () => {
    await using served = await board();
    for (let trial = 1; trial <= 24; trial++) {
      const lr = 10 ** (-4 + (3 * trial) / 24);
      const params = { lr: Math.min(lr, 0.1), layers: 1 + (trial % 4), kind: trial % 2 ? 'relu' : 'tanh' };
      await served.say(...finished(trial, trial <= 12 ? 1 : 5, params));
    }
    const feed = served.studies.open('net').feed;
    const found = (await importancesOf(feed))!;
    const lr = found.marginals!.lr!;
    expect(lr[0]).toMatchObject({ value: expect.closeTo(1e-4, 10) });
    expect(lr[0]!.mean).toBeCloseTo(1, 0);
    expect(lr.at(-1)!.mean).toBeCloseTo(5, 0);
    expect(found.marginals!.layers!.map(({ value }) => value)).toEqual([1, 2, 3, 4]);
    expect(found.marginals!.kind!.map(({ value }) => value)).toEqual(['relu', 'tanh']);
    expect(found.fanova.lr).toBeGreaterThan(0.9);
    expect(await importancesOf(feed)).toBe(found); // readers share it until there are more results
  });

  it('is at the highest budget where several budgets are ranked', async () => {
    await using served = await board();
    for (let trial = 1; trial <= 24; trial++) {
      const [suggested, ...rest] = finished(trial, trial % 2 ? 100 : trial, { lr: 0.001 * trial, layers: 1 + (trial % 4), kind: 'relu' });
      await served.say({ ...suggested, budget: trial % 2 ? 1 : 3 } as never, ...rest);
    }
    const found = await importancesOf(served.studies.open('net').feed);
    expect(found!.fanova.lr).toBeGreaterThan(0);
    for (const { mean } of found!.marginals!.lr!) expect(mean).toBeLessThan(60); // the others had 100
  });
});

it('a retracted result no longer counts, although another trial has completed since', async () => {
  await using served = await board();
  const feed = served.studies.open('net').feed;
  const params = (trial: number) => ({ lr: 0.001 * trial, layers: 1 + (trial % 4), kind: trial % 3 ? 'relu' : 'tanh' });
  for (let trial = 1; trial <= 24; trial++) await served.say(...finished(trial, trial, params(trial)));
  expect((await recommendedOf(feed))!.trial).toBe(1);
  const found = await importancesOf(feed);
  await served.say({ type: 'retracted', trial: 1 }, ...finished(25, 25, params(25)));
  expect((await recommendedOf(feed))!.trial).toBe(2);
  await served.say(...finished(26, 26, params(26)));
  expect(await importancesOf(feed)).not.toEqual(found);
});
