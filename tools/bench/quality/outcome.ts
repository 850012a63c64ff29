import type { StrategySpec } from '../../../streams/index.ts';
import { ours } from './contenders.ts';
import { gated } from './hazards.ts';
import type { Problem } from './problem.ts';
import { compete } from './run.ts';

/** Studies of one strategy on one problem. */
export interface Job {
  readonly problem: string;
  readonly spec: StrategySpec;
  readonly seeds: number;
  readonly trials: number;
  /** A folder with data of YAHPO Gym. */
  readonly yahpo?: string | undefined;
}

/** The lowest loss after each trial by seed, and how many suggestions were repetitions; or what a study threw. */
export type Outcome = { readonly best: readonly (readonly number[])[]; readonly repeats: number } | { readonly error: string };

const known = new Map<string | undefined, readonly Problem[]>();

export async function outcomeOf({ problem, spec, seeds, trials, yahpo }: Job): Promise<Outcome> {
  const all = known.get(yahpo) ?? gated(yahpo);
  known.set(yahpo, all); // a process does many jobs, and reading the data takes seconds
  const found = all.filter(({ name }) => name === problem);
  try {
    const { reached, repeats } = await compete(ours(spec), found, seeds, trials);
    return { best: reached.get(problem)!, repeats: repeats.get(problem)! };
  } catch (error) {
    return { error: `${error}` };
  }
}
