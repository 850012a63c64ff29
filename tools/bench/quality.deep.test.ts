import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Space } from '../../streams/index.ts';
import { ours, peers } from './quality/contenders.ts';
import type { Problem } from './quality/problem.ts';
import { problems } from './quality/problems.ts';
import { incumbents, meanRegret, pairedRatio, ranks, regrets } from './quality/regret.ts';
import type { Row } from './quality/report.ts';
import { compete } from './quality/run.ts';

const some = (...names: string[]): Problem[] => problems.filter((problem) => names.includes(problem.name));

it('scores by the noise-free loss of the trial with the best reported value', () => {
  expect(incumbents([3, 1, 2, 0], [5, 6, 1, 2])).toEqual([5, 6, 6, 2]);
  expect(incumbents([Number.NaN, 1, Number.NaN, 0], [Number.NaN, 6, Number.NaN, 2])).toEqual([Number.POSITIVE_INFINITY, 6, 6, 2]);
});

it('measures regret in units of the regret of random search, at least a hundredth of that of one random point', () => {
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

it('compares by pairs of seeds, so that a constant ratio has an empty interval', () => {
  const theirs = [
    [1, 2, 30],
    [0.1, 5, 2],
  ];
  const ours = theirs.map((runs) => runs.map((r) => r / 2));
  const { value, low, high } = pairedRatio(ours, theirs);
  for (const x of [value, low, high]) expect(x).toBeCloseTo(0.5, 12);
  expect(pairedRatio([[1, 2, 30]], [[2, 1, 3]])).toMatchObject({ value: 5.5 });
});

it('ranks with ties shared', () => {
  expect(ranks([[[1, 2]], [[1, 1]], [[3, 0]]]).map(({ value }) => value)).toEqual([(1.5 + 3) / 2, (1.5 + 2) / 2, (3 + 1) / 2]);
});

it('gives an interval of each rank over resampled seeds', () => {
  const [first, ...others] = ranks([[[1, 2, 3, 4, 5, 6]], [[2, 3, 4, 5, 6, 0]], [[9, 9, 9, 9, 9, 9]]]);
  // Ranks of 1 but for one 2 among six seeds: it is drawn at most twice in 93.8 % of rounds, and at most thrice in 99.1 (binomial, 1/6).
  expect(first).toEqual({ value: 1 + 1 / 6, low: 1, high: 1 + 3 / 6 });
  expect(others).toEqual([
    { value: 2 - 1 / 6, low: 2 - 3 / 6, high: 2 },
    { value: 3, low: 3, high: 3 },
  ]);
});

it('runs from the command line, compares with the parts of Optuna that are installed, and writes its results', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hypertide-quality-'));
  const out = join(folder, 'quality.json');
  const arguments_ = [
    '--import',
    'tsx',
    'tools/bench/quality.ts',
    '--quick',
    '--strategies',
    'tpe',
    '--kinds',
    'mixed,table',
    '--out',
    out,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const { rows, losses } = JSON.parse(await readFile(out, 'utf8')) as { rows: Row[]; losses: Record<string, Record<string, number[][]>> };
  await rm(folder, { recursive: true });

  const { here, missing } = peers();
  for (const peer of here) peer.stop();
  const names = ['random', 'tpe', ...here.map(({ name }) => name)];
  for (const kind of ['mixed', 'table', 'all'])
    for (const trials of [6, 12])
      expect(rows.filter((row) => row.kind === kind && row.trials === trials).map(({ contender }) => contender)).toEqual(names);
  expect(stdout.match(/^strategy .*CPU a suggestion$/gm)).toHaveLength(6);
  expect(stdout.match(/^Left out/gm) ?? []).toHaveLength(missing.length);

  // The same seeds give the same again.
  const again = await compete(ours('tpe'), some('training', 'measured'), 2, 12);
  for (const [problem, runs] of again.reached) expect(losses.tpe![problem]).toEqual(runs.map((best) => [best[5], best[11]]));
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

it.each(Object.entries(best))('the lowest value of %s is at the recorded point', (name, params) => {
  const { space, loss, optimum } = problems.find((problem) => problem.name === name)!;
  const found = Array.isArray(params) ? Object.fromEntries(params.map((x, i) => [`x${i}`, x])) : params;
  expect(loss((space as Space<object>).decode(space.encode(found)))).toBeCloseTo(optimum, 4);
});

it.each([
  ['svm_digits', { C: 4.64159, gamma: 0.01 }, 0.01447],
  ['rf_digits', { n_estimators: 64, max_depth: 14, max_features: 0.245951, min_samples_leaf: 1, criterion: 'gini' }, 0.02393],
  ['mlp_digits', { lr: 0.0408935, alpha: 0.00562341, hidden: 16, activation: 'tanh', batch_size: 32 }, 0.02],
  ['sgd_wine', { alpha: 1e-6, l1_ratio: 0, eta0: 0.215443, loss: 'modified_huber', schedule: 'constant' }, 0.00556],
  ['model_digits', { model: 'svm', svm_C: 4.64159, svm_gamma: 0.01 }, 0.01447],
])('the lowest error of %s is recorded at a known configuration', (name, params, error) => {
  const [{ space, loss, optimum }] = some(name) as [Problem];
  expect(optimum).toBe(error);
  expect(loss(space.decode(space.encode(params)))).toBe(error);
});

it('takes the trained model that is nearest to a configuration', () => {
  const [{ loss }] = some('mlp_digits') as [Problem];
  const trained = { lr: 0.0408935, alpha: 0.000316228, hidden: 32, activation: 'relu', batch_size: 32 };
  expect(loss(trained)).toBe(0.03);
  // The middle between two widths that were tried, 32 and 64, is 45 in logarithms.
  expect(loss({ ...trained, lr: 0.05, hidden: 45 })).toBe(0.03);
  expect(loss({ ...trained, hidden: 46 })).toBe(loss({ ...trained, hidden: 64 }));
});

it.each([
  ['valley3', 'auto', 0.2],
  ['training', 'auto', 0.6],
  ['training', 'tpe', 0.8],
  ['measured', 'forest', 0.6],
])(
  'on %s, the regret of %s is at most %d times that of random search',
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
