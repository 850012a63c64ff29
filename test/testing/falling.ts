import type { SuggestedFact } from '../../src/facts/facts.ts';
import { type SimulateOptions, simulate, type Workload } from '../../src/testing/index.ts';
import { float, type Strategy, space } from '../../streams/index.ts';

const line = space({ x: float(0, 1) });
interface Line {
  readonly x: number;
}
/** Falls to x within 9 steps, each of which takes two seconds. */
export const falling: Workload<Line> = { steps: 9, optimum: 0, curve: ({ x }) => ({ value: (step) => x + 9 - step, seconds: 2 }) };
export const equal: Workload<Line> = { steps: 1, curve: ({ x }) => ({ value: () => x }) };

export const run = (strategy: Strategy, workload: Workload<Line>, options: SimulateOptions) =>
  simulate(line, workload, { strategy, ...options });

export const suggested = (entries: readonly { readonly fact: unknown }[]) =>
  entries.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
