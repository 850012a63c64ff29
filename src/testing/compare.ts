import type { Strategy } from '../../streams/kernel/strategy.ts';
import type { Space } from '../space/space.ts';
import { type NewBest, type SimulateOptions, type Simulation, simulate } from './simulate.ts';
import type { Workload } from './virtualFleet.ts';

export interface CompareOptions extends Omit<SimulateOptions, 'seed' | 'strategy'> {
  /** Studies for each strategy, with the seeds 1, 2, ... Default: 10. */
  readonly seeds?: number | undefined;
}

/** The results of a strategy, as medians over the seeds. */
export interface ComparisonRow {
  readonly strategy: string;
  /** The best value at each of the `moments`; undefined if there was none yet. */
  readonly values: readonly (number | undefined)[];
  /** Their distances from the optimum of the workload; empty if the optimum is not known. */
  readonly regrets: readonly (number | undefined)[];
  /** Virtual seconds until the study ended. */
  readonly seconds: number;
  /** Steps trained. */
  readonly cost: number;
  readonly busy: number;
}

export interface Comparison {
  /** The moments at which values are given, in virtual seconds. */
  readonly moments: readonly number[];
  readonly rows: readonly ComparisonRow[];
}

/** The moments of comparison, as parts of the time that the slowest strategy took. */
const PARTS = [1 / 8, 1 / 4, 1 / 2, 1];

/**
 * Runs the same study with several strategies in virtual time, and compares what each has found at the same moments.
 *
 * @example
 * const { rows } = await compare(networks, { plain: tpe(), early: chain(asha({ min: 1, max: 27 }), tpe()) }, recordedWorkload(networks, entries), {
 *   trainers: 100,
 *   trials: 1000,
 * });
 */
export async function compare<P>(
  space: Space<P>,
  strategies: Readonly<Record<string, Strategy>>,
  workload: Workload<P>,
  { seeds = 10, ...options }: CompareOptions = {},
): Promise<Comparison> {
  const all: { readonly strategy: string; readonly runs: readonly Simulation<P>[] }[] = [];
  for (const [strategy, made] of Object.entries(strategies)) {
    const runs: Simulation<P>[] = [];
    for (let seed = 1; seed <= seeds; seed++) runs.push(await simulate(space, workload, { ...options, strategy: made, seed }));
    all.push({ strategy, runs });
  }
  const longest = Math.max(...all.map(({ runs }) => median(runs.map(({ seconds }) => seconds))!));
  const moments = PARTS.map((part) => part * longest);
  const rows = all.map(({ strategy, runs }) => ({
    strategy,
    values: moments.map((at) => median(runs.map((run) => standing(run, at)?.value))),
    regrets: workload.optimum === undefined ? [] : moments.map((at) => median(runs.map((run) => standing(run, at)?.regret))),
    seconds: median(runs.map(({ seconds }) => seconds))!,
    cost: median(runs.map(({ cost }) => cost))!,
    busy: median(runs.map(({ busy }) => busy))!,
  }));
  return { moments, rows };
}

/** The best trial at a moment. */
const standing = <P>({ trace }: Simulation<P>, at: number): NewBest<P> | undefined => trace.findLast(({ seconds }) => seconds <= at);

/** The difference; undefined if one of the numbers is undefined. */
function median(numbers: readonly (number | undefined)[]): number | undefined {
  if (numbers.length === 0 || numbers.includes(undefined)) return undefined;
  const sorted = (numbers as number[]).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
