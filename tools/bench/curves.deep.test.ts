import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Entry } from '../../src/facts/entry.ts';
import { type LearningCurve, simulate } from '../../src/testing/index.ts';
import { asha, chain, createStudy, random } from '../../streams/index.ts';
import { type Funnel, lcbench } from './curves/lcbench.ts';
import { lowestAfter, play } from './curves/play.ts';
import { problems } from './curves/problems.ts';
import type { Row } from './curves/report.ts';
import { regret, scales } from './curves/scales.ts';
import { geometricMean, ratioOf } from './curves/score.ts';
import { nameOf, REFERENCE } from './curves/strategies.ts';
import { taskset } from './curves/taskset.ts';

interface Case {
  readonly task: string;
  readonly network: Funnel;
  readonly epochs: readonly number[];
  readonly errors: readonly number[];
}

it.each(JSON.parse(readFileSync('test/reference/lcbench.json', 'utf8')) as Case[])(
  'the surrogate of task $task gives what ONNX Runtime gives, case %#',
  ({ task, network, epochs, errors }) => {
    const { curve } = lcbench.find(({ name }) => name === `lcbench-${task}`)!.workload;
    for (const [i, epoch] of epochs.entries()) expect(Math.abs((curve(network).value(epoch) as number) - errors[i]!)).toBeLessThan(1e-5);
  },
);

const gru = taskset.find(({ name }) => name === 'taskset-patch32_GRU64_avg_bs128')!;
/** The first training in its table. */
const recorded = {
  learning_rate: 0.0008696040132105586,
  epsilon: 0.0012119407238482059,
  l1: 6.499698237449666e-5,
  l2: 0.006502000785097662,
  linear_decay: 2.054762512591133e-6,
  exponential_decay: 2.11193718864315e-6,
  one_minus_beta1: 1 - 0.9274299427840572,
  one_minus_beta2: 1 - 0.9958640026061601,
};

it('a configuration learns like the nearest recorded training', () => {
  const { space, workload } = gru;
  expect(workload.steps).toBe(50);
  for (const near of [recorded, { ...recorded, learning_rate: 0.00088, l1: 6.4e-5 }]) {
    const { value } = workload.curve(space.decode(space.encode(near)));
    expect([1, 2, 50].map(value)).toEqual([0.688235, 0.688878, 0.6932]);
  }
});

it('has the optimum and the regret of random search for each problem', () => {
  const known = scales();
  expect(Object.keys(known)).toEqual(problems.map(({ name }) => name));
  for (const { name, workload } of problems) {
    const { optimum, single, random } = known[name]!;
    if (workload.optimum !== undefined) expect(optimum).toBeCloseTo(workload.optimum, 8);
    expect(random).toHaveLength(20);
    expect(random).toEqual(random.toSorted((a, b) => b - a));
    expect(single).toBeGreaterThanOrEqual(random[0]! * 0.5);
    expect(random.at(-1)!).toBeGreaterThan(0);
  }
});

it('measures regret in units of what random search has, but not less than a hundredth of one random configuration', () => {
  const scale = { optimum: 1, single: 4, random: [2, 0.01] };
  expect(regret(scale, 2, 1)).toBe(0.5);
  expect(regret(scale, 2, 2)).toBe(25);
  expect(regret(scale, 0.9, 1)).toBe(0);
});

const entries = (...facts: object[]): Entry[] => facts.map((fact, i) => ({ position: i + 1, at: 0, fact }));
const reported = (trial: number, step: number, value: number) => ({ type: 'reported', trial, step, values: { value } });
const completed = (trial: number, value: number) => ({ type: 'completed', trial, values: { value } });

it('counts each step once: a result after reports is the last of them, and a resumed trial adds its further steps', () => {
  const log = entries(
    completed(1, 5), // paused after one step
    completed(2, 3),
    { type: 'suggested', trial: 3, resumes: 2 },
    reported(3, 2, 4),
    reported(3, 3, 2),
    completed(3, 2),
    reported(4, 1, 1),
    { type: 'stopped', trial: 4, step: 1 },
  );
  expect(lowestAfter(log, 1, 5)).toEqual([5, 3, 3, 2, 1]);
  expect(lowestAfter(log, 2, 2)).toEqual([3, 2]);
  expect(lowestAfter(log, 3, 3)).toEqual([3, 1, 1]); // the log ends after 5 of 9 steps
});

it('trainers step together, so that eight of them have spent as much as one by the same budget', async () => {
  const { space, workload } = gru;
  const study = createStudy(space, { strategy: random(), seed: 5, trials: 8, parallel: 8 });
  const curves: LearningCurve[] = [];
  for (let i = 0; i < 8; i++) curves.push(workload.curve((await study.ask())!.params));
  await study.close();
  const lowest = (of: readonly LearningCurve[], steps: number): number =>
    Math.min(...of.flatMap(({ value }) => Array.from({ length: steps }, (_, i) => value(i + 1) as number)));

  const one = await play(gru, 'random', { seed: 5, trainers: 1, trainings: 3 });
  expect(one).toEqual([1, 2, 3].map((n) => lowest(curves.slice(0, n), 50)));
  const eight = await play(gru, 'random', { seed: 5, trainers: 8, trainings: 8 });
  expect([eight[3], eight[7]]).toEqual([lowest(curves, 25), lowest(curves, 50)]);
});

it('a paused trial that is resumed costs its further steps only', async () => {
  const strategy = chain(asha({ min: 1, max: 50, pause: true }), random());
  const { entries: log, cost } = await simulate(gru.space, gru.workload, { strategy, seed: 1, cost: 100 });
  const furthest = new Map<number, number>();
  const first = new Map<number, number>();
  for (const { fact } of log as readonly { readonly fact: Record<string, number> & { readonly type: string } }[]) {
    if (fact.type !== 'suggested') continue;
    first.set(fact.trial!, first.get(fact.resumes!) ?? fact.trial!);
    furthest.set(first.get(fact.trial!)!, fact.budget!);
  }
  expect([...furthest.values()].reduce((sum, steps) => sum + steps, 0)).toBe(cost);
  expect(Math.max(...furthest.values())).toBeGreaterThan(1); // some were resumed
  const steps = lowestAfter(log, 1, cost);
  expect(steps).toEqual(steps.toSorted((a, b) => b - a));
});

it('compares geometric means over problems of medians over seeds, a hundredth added', () => {
  expect(geometricMean([[0.01, 0.03, 0.02], [0]])).toBeCloseTo(Math.sqrt(0.03 * 0.01) - 0.01, 12);
  const theirs = [
    [1, 2, 4],
    [3, 3, 3],
  ];
  const same = ratioOf(theirs, theirs);
  for (const x of [same.value, same.low, same.high]) expect(x).toBeCloseTo(1, 12);
  const half = ratioOf([[0.5, 1, 2]], [[1, 2, 4]]);
  expect(half.value).toBeCloseTo(0.5, 12);
  expect(half.low).toBeLessThanOrEqual(half.value);
});

it('runs from the command line in several processes, and the same seed gives the same study', async () => {
  const options = [
    '--strategies',
    '[{chain: [asha, tpe]}]',
    '--families',
    'taskset',
    '--trainers',
    '2',
    '--seeds',
    '1',
    '--trainings',
    '2',
  ];
  const arguments_ = ['--import', 'tsx', 'tools/bench/curves.ts', ...options, '--processes', '2', '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const { rows, lowest } = JSON.parse(stdout) as {
    readonly rows: Row[];
    readonly lowest: readonly { readonly problem: string; readonly spec: unknown; readonly lowest: number[] }[];
  };
  expect(rows.map(({ strategy, family, trainings }) => [strategy, family, trainings])).toEqual(
    [1, 2].flatMap((n) => [nameOf(REFERENCE), 'chain(asha, tpe)'].map((strategy) => [strategy, 'taskset', n])),
  );
  expect(lowest).toHaveLength(2 * taskset.length);
  const again = await play(gru, { chain: ['asha', 'tpe'] }, { seed: 1, trainers: 2, trainings: 2 });
  expect(lowest.filter(({ problem }) => problem === gru.name)[1]!.lowest).toEqual(again);
});
