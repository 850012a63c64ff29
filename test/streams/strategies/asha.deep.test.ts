import { expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { asha, chain, float, random, space } from '../../../streams/index.ts';

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
