import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { Contender } from './contenders.ts';
import type { Problem } from './problem.ts';
import { incumbents, type Reached } from './regret.ts';

/** The reported value. Noise depends on the seed and the number of the trial only, so it is the same for all contenders. */
const observed = ({ name, noise }: Problem, loss: number, seed: number, trial: number): number =>
  noise === undefined ? loss : loss + noise * drawNormal(rngFor(`${seed}`, name, trial));

interface Run {
  readonly best: readonly number[];
  readonly cpu: number;
  readonly repeats: number;
}

async function runOf(contender: Contender, problem: Problem, seed: number, trials: number): Promise<Run> {
  const session = await contender.start(problem, seed, trials);
  const losses: number[] = [];
  const told: number[] = [];
  const different = new Set<string>();
  for (let trial = 1; trial <= trials; trial++) {
    const params = await session.ask();
    if (params === undefined) break; // the space is exhausted
    different.add(JSON.stringify(params));
    losses.push(problem.loss(params));
    told.push(observed(problem, losses.at(-1)!, seed, trial));
    await session.tell(told.at(-1)!);
  }
  const cpu = (await session.close()) / losses.length;
  const best = incumbents(told, losses);
  while (best.length < trials) best.push(best.at(-1)!);
  return { best, cpu, repeats: losses.length - different.size };
}

/** The results of a contender. */
export interface Measured {
  readonly name: string;
  readonly reached: Reached;
  /** Milliseconds of CPU per suggestion, by problem. */
  readonly milliseconds: ReadonlyMap<string, number>;
  /** How many suggestions were configurations that the same study had before, by problem. */
  readonly repeats: ReadonlyMap<string, number>;
}

/** The results of one contender on two sets of problems. */
export const joined = (a: Measured, b: Measured): Measured => ({
  name: a.name,
  reached: new Map([...a.reached, ...b.reached]),
  milliseconds: new Map([...a.milliseconds, ...b.milliseconds]),
  repeats: new Map([...a.repeats, ...b.repeats]),
});

/** Runs a contender on each problem with seeds 1 to `seeds`. */
export async function compete(contender: Contender, problems: readonly Problem[], seeds: number, trials: number): Promise<Measured> {
  const reached = new Map<string, (readonly number[])[]>();
  const milliseconds = new Map<string, number>();
  const repeats = new Map<string, number>();
  for (const problem of problems) {
    const runs: Run[] = [];
    for (let seed = 1; seed <= seeds; seed++) runs.push(await runOf(contender, problem, seed, trials));
    reached.set(
      problem.name,
      runs.map(({ best }) => best),
    );
    milliseconds.set(problem.name, runs.reduce((sum, { cpu }) => sum + cpu, 0) / seeds);
    repeats.set(
      problem.name,
      runs.reduce((sum, run) => sum + run.repeats, 0),
    );
  }
  return { name: contender.name, reached, milliseconds, repeats };
}
