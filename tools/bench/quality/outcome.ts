import type { StrategySpec } from '../../../streams/index.ts';
import { ours } from './contenders.ts';
import { gated } from './hazards.ts';
import { compete } from './run.ts';

/** Studies of one strategy on one problem. */
export interface Job {
  readonly problem: string;
  readonly spec: StrategySpec;
  readonly seeds: number;
  readonly trials: number;
}

/** The lowest loss after each trial by seed, and how many suggestions were repetitions; or what a study threw. */
export type Outcome = { readonly best: readonly (readonly number[])[]; readonly repeats: number } | { readonly error: string };

export async function outcomeOf({ problem, spec, seeds, trials }: Job): Promise<Outcome> {
  const found = gated.filter(({ name }) => name === problem);
  try {
    const { reached, repeats } = await compete(ours(spec), found, seeds, trials);
    return { best: reached.get(problem)!, repeats: repeats.get(problem)! };
  } catch (error) {
    return { error: `${error}` };
  }
}
