import { normal, rngFor } from '../../../src/numeric/random.ts';
import type { Contender } from './contenders.ts';
import type { Problem } from './problems.ts';
import { incumbents, type Reached } from './regret.ts';

/** What is told: noise is a function of the seed and the number of the trial, whoever runs. */
const observed = ({ name, noise }: Problem, loss: number, seed: number, trial: number): number =>
  noise === undefined ? loss : loss + noise * normal(rngFor(`${seed}`, name, trial));

async function runOf(contender: Contender, problem: Problem, seed: number, trials: number): Promise<{ best: number[]; cpu: number }> {
  const session = await contender.start(problem, seed, trials);
  const losses: number[] = [];
  const told: number[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const params = await session.ask();
    if (params === undefined) break; // the space is used up
    losses.push(problem.loss(params));
    told.push(observed(problem, losses.at(-1)!, seed, trial));
    await session.tell(told.at(-1)!);
  }
  const cpu = (await session.close()) / losses.length;
  const best = incumbents(told, losses);
  while (best.length < trials) best.push(best.at(-1)!);
  return { best, cpu };
}

/** Each problem with each of so many seeds, and the milliseconds of CPU of a suggestion. */
export async function compete(
  contender: Contender,
  problems: readonly Problem[],
  seeds: number,
  trials: number,
): Promise<{ readonly reached: Reached; readonly milliseconds: number }> {
  const reached = new Map<string, number[][]>();
  let cpu = 0;
  for (const problem of problems) {
    const runs: number[][] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const run = await runOf(contender, problem, seed, trials);
      runs.push(run.best);
      cpu += run.cpu;
    }
    reached.set(problem.name, runs);
  }
  return { reached, milliseconds: cpu / (problems.length * seeds) };
}
