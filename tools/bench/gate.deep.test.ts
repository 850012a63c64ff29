import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { strategies } from '../../streams/spec/catalogue.ts';
import { betterThanRandom, leastByChance, shareAbove } from './quality/chance.ts';
import { expected } from './quality/expected.ts';
import { judge } from './quality/gate.ts';
import { gated } from './quality/hazards.ts';
import { type Outcome, outcomeOf } from './quality/outcome.ts';
import type { Problem } from './quality/problem.ts';

const named = (name: string): Problem => gated.find((one) => one.name === name)!;

it('counts how often the best of some random points is worse, and ties by half', () => {
  const random = Float64Array.of(1, 2, 2, 3);
  // Of the six pairs, three hold the 1, and the best of the three others is 2.
  expect(betterThanRandom(random, 2, 2)).toBeCloseTo(3 / 6 / 2, 12);
  expect(betterThanRandom(random, 1.5, 2)).toBeCloseTo(3 / 6, 12);
  expect(betterThanRandom(random, 0, 4)).toBe(1);
  expect(betterThanRandom(random, Number.POSITIVE_INFINITY, 1)).toBe(0);
  expect(
    shareAbove(
      random,
      [
        [3, 0],
        [3, 2],
      ],
      2,
    ),
  ).toBeCloseTo((1 + 0.25) / 2, 12);
});

it('takes for chance what random search reaches in 99 of 100 cases', () => {
  // The mean of 12 uniform numbers has a standard deviation of 1/12, and 1 % of normal numbers are below -2.326.
  expect(leastByChance(12, 1)).toBeCloseTo(0.5 - 2.326 / 12, 4);
  expect(leastByChance(12, 80)).toBeLessThan(leastByChance(12, 1));
});

it('expects something of each strategy of the catalogue', () => {
  const judged = Object.keys(strategies).filter((name) => name !== 'race'); // the problems of the gate have no examples
  expect(Object.keys(expected).sort()).toEqual(judged.sort());
});

it('the tables hold the errors of trees that scikit-learn trains', () => {
  const python = execFileSync('sh', ['test/scripts/ensure-python.sh', 'sklearn'], { encoding: 'utf8' }).trim();
  const lines = execFileSync(python, ['tools/bench/quality/tables/trees.py', '20'], { encoding: 'utf8' }).trim().split('\n');
  for (const line of lines) {
    const { name, trained, errors } = JSON.parse(line) as { name: string; trained: object[]; errors: number[] };
    // Versions of scikit-learn differ in the last bits, which can turn a split of a few trees.
    const equal = trained.filter((params, i) => named(name).loss(params) === errors[i]! / 1e5);
    expect(equal.length, name).toBeGreaterThanOrEqual(17);
  }
  expect(lines).toHaveLength(3);
});

describe('the verdict', () => {
  const problems = [named('hartmann6'), named('nested'), named('equal4')];
  const outcomes = async (spec: string): Promise<Map<Problem, Outcome>> =>
    new Map(
      await Promise.all(problems.map(async (one) => [one, await outcomeOf({ problem: one.name, spec, seeds: 6, trials: 25 })] as const)),
    );

  it('random search is no worse than itself, but not better', async () => {
    const random = await outcomes('random');
    expect(judge('random', { spec: 'random' }, random, [10, 25]).faults).toEqual([]);
    const { faults, standings } = judge('random', { spec: 'random', betterFrom: 10 }, random, [10, 25]);
    expect(faults.length).toBeGreaterThan(0);
    expect(standings.map(({ of }) => of.trim())).toEqual(['synthetic', 'hartmann6', 'conditional', 'nested']);
  });

  it('names a problem where a strategy is worse, throws, or repeats itself', () => {
    const bad = new Map<Problem, Outcome>([
      [problems[0]!, { best: Array(6).fill([0]), repeats: 0 }],
      [problems[1]!, { error: 'OptionError: no' }],
      [problems[2]!, { best: [[1]], repeats: 2 }],
    ]);
    const { faults } = judge('bad', { spec: 'bad' }, bad, [1]);
    expect(faults.map((fault) => fault.trim().split(/[ :]/)[0])).toEqual(['nested', 'equal4', 'synthetic', 'hartmann6']);
    expect(judge('bad', { spec: 'bad', excused: 'why' }, bad, [1]).faults).toEqual([]);
  });
});

it('auto is better than random search after 25 trials', () => {
  const kinds = 'synthetic,mixed,table,wide,rounded,conditional,needle,failing,sparse,tree,equal';
  const options = ['--strategies', 'auto', '--kinds', kinds, '--seeds', '6', '--trials', '25'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'tools/bench/gate.ts', ...options], {
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
}, 600_000);
