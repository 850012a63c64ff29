import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact } from '../../../src/facts/facts.ts';
import { simulate } from '../../../src/testing/index.ts';
import { parseStrategy, type StrategySpec } from '../../../streams/index.ts';
import { withBudgets } from '../askTell/protocol.ts';
import type { CurveProblem } from './problem.ts';

export interface Setting {
  readonly seed: number;
  readonly trainers: number;
  /** The budget in full trainings, each of as many steps as the problem's curves have. */
  readonly trainings: number;
}

/**
 * A study in virtual time: trainers step together, each step costs 1, and a paused trial that is resumed costs its further steps only.
 *
 * @param spec as `ask-tell` takes it: early stopping without budgets gets those from 1 to the steps of the problem.
 * @returns the lowest loss that any trial has reported by the time 1, 2, ... full trainings have been spent.
 */
export async function play(
  { space, workload }: CurveProblem,
  spec: StrategySpec,
  { seed, trainers, trainings }: Setting,
): Promise<number[]> {
  const { steps } = workload;
  const strategy = parseStrategy(withBudgets(spec, steps));
  const { entries } = await simulate(space, workload, { strategy, seed, trainers, cost: trainings * steps });
  return lowestAfter(entries, steps, trainings);
}

/** The lowest loss after every `steps` steps of all trainers together. A trial of one step reports nothing: its result is the step. */
export function lowestAfter(entries: readonly Entry[], steps: number, trainings: number): number[] {
  const after: number[] = [];
  const reported = new Set<number>();
  let spent = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { fact } of entries as readonly { readonly fact: Fact }[]) {
    if (fact.type === 'reported') reported.add(fact.trial);
    else if (fact.type !== 'completed' || reported.has(fact.trial)) continue;
    lowest = Math.min(lowest, fact.values.value!);
    spent++;
    if (spent % steps === 0 && after.length < trainings) after.push(lowest);
  }
  while (after.length < trainings) after.push(lowest); // the strategy had nothing more to try
  return after;
}
