import { lcbench } from './lcbench.ts';
import type { CurveProblem } from './problem.ts';
import { taskset } from './taskset.ts';

/** Recorded learning curves: see data/README.md. */
export const problems: readonly CurveProblem[] = [...lcbench, ...taskset];
