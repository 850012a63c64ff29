import type { Workload } from '../../../src/testing/index.ts';
import type { Space } from '../../../streams/index.ts';

export const families = ['lcbench', 'taskset'] as const;
export type Family = (typeof families)[number];

/** Learning curves of one task. The loss is minimised. A table knows its optimum; that of a surrogate is recorded in `data/scales.json`. */
export interface CurveProblem {
  readonly name: string;
  readonly family: Family;
  readonly space: Space<object>;
  readonly workload: Workload<object>;
}
