import { lcbench } from './lcbench.ts';
import type { CurveProblem } from './problem.ts';
import { taskset } from './taskset.ts';

/** Learning curves that others have recorded: see data/README.md. */
export const problems: readonly CurveProblem[] = [...lcbench, ...taskset];
