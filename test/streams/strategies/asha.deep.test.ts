import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { hypervolume } from '../../../src/numeric/pareto/hypervolume.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import {
  asha,
  budget,
  chain,
  float,
  hyperband,
  type Infer,
  type Objective,
  optimize,
  random,
  type Strategy,
  space,
} from '../../../streams/index.ts';

const line = space({ x: float(0, 1) });

/** Trainers in virtual time: each unit of budget takes one unit, beyond the checkpoint that the trial resumes. */
function simulate(trainers: number, trials: number): { readonly time: number; readonly work: number; readonly asked: Map<number, number> } {
  const study = createTestStudy(line, chain(asha({ min: 1, max: 27, pause: true, first: 1 }), random()), {
    seed: 1,
    trials,
    parallel: trainers,
  });
  const rng = rngFor('losses', 'asha', 0);
  const running: { readonly trial: number; readonly until: number }[] = [];
  const asked = new Map<number, number>();
  const budgets = new Map<number, number>();
  let [time, work, read] = [0, 0, 0];
  for (;;) {
    for (; read < study.given.length; read++) {
      const { directive } = study.given[read]!;
      if (directive.type !== 'suggested') continue;
      const { trial, budget = 0, resumes } = directive;
      const cost = budget - (resumes === undefined ? 0 : budgets.get(resumes)!);
      budgets.set(trial, budget);
      asked.set(budget, (asked.get(budget) ?? 0) + 1);
      work += cost;
      running.push({ trial, until: time + cost });
    }
    if (running.length === 0) return { time, work, asked };
    const next = running.reduce((first, job, i) => (job.until < running[first]!.until ? i : first), 0);
    const [job] = running.splice(next, 1);
    time = job!.until;
    study.say({ type: 'completed', trial: job!.trial, values: { value: rng() } });
  }
}

it('keeps 16 trainers busy: 10 000 equal trials take at most 1.02 times the least time', () => {
  const { time, work, asked } = simulate(16, 10_000);
  expect(asked.get(1)).toBe(10_000);
  // A third is promoted each time.
  for (const [budget, least] of [
    [3, 3333],
    [9, 1111],
    [27, 370],
  ] as const) {
    expect(asked.get(budget)).toBeGreaterThanOrEqual(least);
    expect(asked.get(budget)).toBeLessThanOrEqual(least + 1);
  }
  expect(time / (work / 16)).toBeLessThanOrEqual(1.02);
});

it('dominates more than whole trainings of equal cost with two objectives', async () => {
  const cube = space({ x: float(0, 1), y: float(0, 1), rate: float(0, 1), z: float(0, 1) });
  // Both fall with each epoch, at a speed that depends on the configuration; which of them ends low is a trade-off.
  const valuesAt = ({ x, y, rate, z }: Infer<typeof cube>, epoch: number) => {
    const miss = 2 * Math.abs(y - 0.3) + Math.abs(z - 0.6) + 2 * Math.exp(-epoch * (0.05 + 0.3 * rate)) + 0.5 * rate ** 2;
    return { a: x ** 2 + miss, b: (x - 1) ** 2 + miss };
  };
  const mean = async (strategy: Strategy) => {
    const seeds = [1, 2, 3, 4, 5, 6];
    const volumes = seeds.map(async (seed) => {
      const objectives = { a: 'minimize', b: 'minimize' } as const;
      const train: Objective<Infer<typeof cube>, 'a' | 'b'> = async (config, { report, signal }) => {
        for (let epoch = 1; epoch <= 27 && !signal.aborted; epoch++) {
          report(valuesAt(config, epoch), epoch);
          await nextTurn();
        }
        return { values: valuesAt(config, 27) };
      };
      const { front } = await optimize(cube, train, { strategy, objectives, cost: 540, seed }).result();
      return hypervolume(
        front.map(({ values }) => [values.a!, values.b!]),
        [3, 3],
      );
    });
    return (await Promise.all(volumes)).reduce((sum, volume) => sum + volume) / seeds.length;
  };
  const whole = await mean(chain(budget(27), random()));
  expect(await mean(chain(asha({ min: 1, max: 27 }), random()))).toBeGreaterThan(whole + 0.6);
  expect(await mean(chain(hyperband({ min: 1, max: 27 }), random()))).toBeGreaterThan(whole + 0.4);
});
