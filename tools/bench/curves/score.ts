import { median } from '../../../src/numeric/averages.ts';
import { type Estimate, resampled } from '../quality/regret.ts';

/** Regret by problem and seed. */
type Cells = readonly (readonly number[])[];

/** Added to each regret before its logarithm, so that a solved problem does not dominate the mean. */
const OFFSET = 0.01;

/** The geometric mean over problems of the median over seeds. */
export function geometricMean(cells: Cells): number {
  const logs = cells.map((runs) => Math.log(median(runs) + OFFSET));
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length) - OFFSET;
}

/** Mean regret divided by another's, with its 90 % bootstrap interval over seeds. */
export const ratioOf = (ours: Cells, theirs: Cells): Estimate =>
  resampled(ours, (pick) => geometricMean(pick(ours)) / Math.max(geometricMean(pick(theirs)), OFFSET));
