import { expect, it } from 'vitest';
import type { Space } from '../../streams/index.ts';
import { ours } from './quality/contenders.ts';
import { type Problem, problems } from './quality/problems.ts';
import { incumbents, meanRegret, pairedRatio, ranks, regrets } from './quality/regret.ts';
import { compete } from './quality/run.ts';

it('scores by the loss without noise of the trial that was told to be the best', () => {
  expect(incumbents([3, 1, 2, 0], [5, 6, 1, 2])).toEqual([5, 6, 6, 2]);
});

it('gives regret in units of what random search has, but not less than a hundredth of one random point', () => {
  const random = new Map([
    [
      'p',
      [
        [10, 4],
        [12, 2],
        [14, 3],
      ],
    ],
  ]);
  const reached = new Map([
    [
      'p',
      [
        [9, 2],
        [9, 1],
      ],
    ],
  ]);
  expect(regrets(reached, random, new Map([['p', 1]]), 2)).toEqual([[0.5, 0]]);
  expect(regrets(reached, new Map([['p', [[101, 1]]]]), new Map([['p', 1]]), 2)).toEqual([[1, 0]]);
});

it('compares by pairs of seeds, so that what is half of the other everywhere has no interval', () => {
  const theirs = [
    [1, 2, 30],
    [0.1, 5, 2],
  ];
  const ours = theirs.map((runs) => runs.map((r) => r / 2));
  const { ratio, low, high } = pairedRatio(ours, theirs);
  for (const value of [ratio, low, high]) expect(value).toBeCloseTo(0.5, 12);
  expect(pairedRatio([[1, 2, 30]], [[2, 1, 3]])).toMatchObject({ ratio: 5.5 });
});

it('ranks with ties shared', () => {
  expect(ranks([[[1, 2]], [[1, 1]], [[3, 0]]])).toEqual([(1.5 + 3) / 2, (1.5 + 2) / 2, (3 + 1) / 2]);
});

const HARTMANN = [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573];
const best: Record<string, object> = {
  hartmann6: HARTMANN,
  'styblinski-tang5': Array(5).fill(-2.903534),
  griewank8: [1, 2, 3, 4, 5, 6, 7, 8],
  valley3: { rate: 1e-2, decay: 1e-5, momentum: 0.8 },
  training: { rate: 10 ** -1.5, layers: 5, width: 128, activation: 'relu', optimizer: 'sgd', momentum: 0.9, dropout: 0.2 },
  selection: { model: 'kernel', c: 10, gamma: 0.01 },
  switches: { on0: true, on1: false, on2: true, on3: false, on4: true, on5: false, x0: 0.7, x1: 0.2, x2: 0.7, x3: 0.2 },
  textbook: { units: 44, activation: 'tanh' },
  'few-of-100': [...HARTMANN, ...Array(94).fill(0)],
};

it.each(Object.entries(best))('the least value of %s is where it is said to be, and random points are worse', (name, params) => {
  const { space, loss, optimum } = problems.find((problem) => problem.name === name)!;
  const found = Array.isArray(params) ? Object.fromEntries(params.map((x, i) => [`x${i}`, x])) : params;
  expect(loss((space as Space<object>).decode(space.encode(found)))).toBeCloseTo(optimum, 4);
});

const some = (name: string): Problem[] => problems.filter((problem) => problem.name === name);

it.each([
  ['valley3', 'auto', 0.2],
  ['training', 'auto', 0.6],
  ['training', 'tpe', 0.8],
  ['measured', 'forest', 0.6],
])(
  'on %s, %s has at most so much of the regret of random search: %d',
  async (name, strategy, most) => {
    const chosen = some(name);
    const [{ reached: random }, { reached }] = [
      await compete(ours('random'), chosen, 15, 40),
      await compete(ours(strategy), chosen, 3, 40),
    ];
    expect(meanRegret(regrets(reached, random, new Map([[name, chosen[0]!.optimum]]), 40))).toBeLessThan(most);
  },
  120_000,
);
