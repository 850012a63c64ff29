import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { Contender } from './contenders.ts';
import type { Problem } from './problem.ts';
import { incumbents, type Reached } from './regret.ts';

/** The reported value. Noise depends on the seed and the number of the trial only, so it is the same for all contenders. */
const observed = ({ name, noise }: Problem, loss: number, seed: number, trial: number): number =>
  noise === undefined ? loss : loss + noise * drawNormal(rngFor(`${seed}`, name, trial));

async function runOf(contender: Contender, problem: Problem, seed: number, trials: number): Promise<{ best: number[]; cpu: number }> {
  const session = await contender.start(problem, seed, trials);
  const losses: number[] = [];
  const told: number[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const params = await session.ask();
    if (params === undefined) break; // the space is exhausted
    losses.push(problem.loss(params));
    told.push(observed(problem, losses.at(-1)!, seed, trial));
    await session.tell(told.at(-1)!);
  }
  const cpu = (await session.close()) / losses.length;
  const best = incumbents(told, losses);
  while (best.length < trials) best.push(best.at(-1)!);
  return { best, cpu };
}

/** The results of a contender. */
export interface Measured {
  readonly name: string;
  readonly reached: Reached;
  /** Milliseconds of CPU per suggestion, by problem. */
  readonly milliseconds: ReadonlyMap<string, number>;
}

/** The results of one contender on two sets of problems. */
export const joined = (a: Measured, b: Measured): Measured => ({
  name: a.name,
  reached: new Map([...a.reached, ...b.reached]),
  milliseconds: new Map([...a.milliseconds, ...b.milliseconds]),
});

/** Runs a contender on each problem with seeds 1 to `seeds`. */
export async function compete(contender: Contender, problems: readonly Problem[], seeds: number, trials: number): Promise<Measured> {
  const reached = new Map<string, number[][]>();
  const milliseconds = new Map<string, number>();
  for (const problem of problems) {
    const runs: { best: number[]; cpu: number }[] = [];
    for (let seed = 1; seed <= seeds; seed++) runs.push(await runOf(contender, problem, seed, trials));
    reached.set(
      problem.name,
      runs.map(({ best }) => best),
    );
    milliseconds.set(problem.name, runs.reduce((sum, { cpu }) => sum + cpu, 0) / seeds);
  }
  return { name: contender.name, reached, milliseconds };
}
