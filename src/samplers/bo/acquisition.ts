import type { Posterior } from '../../numeric/gp/posterior.ts';
import { predictMany, predictSlopes } from '../../numeric/gp/predict.ts';
import { logExpectedImprovement, logExpectedImprovementSlope, logNdtr, logNormalDensity, logSumExp } from '../../numeric/special.ts';

/** A summand of a log acquisition function: what it says of rows of features. Higher is better. */
export interface Term {
  /** Adds its values at `count` rows to `scores`. */
  add(rows: Float64Array, count: number, scores: Float64Array): void;
  /** Its value at one row; adds its derivatives by the ordered columns to `gradient`. */
  slope(row: Float64Array, gradient: Float64Array): number;
}

/** A term that is a function of a posterior's mean and sd, with its two derivatives. */
function ofPosterior(
  gp: Posterior,
  f: (mean: number, sd: number) => number,
  slopes: (mean: number, sd: number) => readonly [number, number],
): Term {
  const byMean = new Float64Array(gp.features.ordered);
  const byVariance = new Float64Array(gp.features.ordered);
  return {
    add(rows, count, scores) {
      const means = new Float64Array(count);
      const variances = new Float64Array(count);
      predictMany(gp, rows, count, means, variances);
      for (let i = 0; i < count; i++) scores[i]! += f(means[i]!, Math.sqrt(variances[i]!));
    },
    slope(row, gradient) {
      const { mean, variance } = predictSlopes(gp, row, byMean, byVariance);
      const sd = Math.sqrt(variance);
      const [m, s] = slopes(mean, sd);
      for (let c = 0; c < byMean.length; c++) gradient[c]! += m * byMean[c]! + (s * byVariance[c]!) / (2 * sd);
      return f(mean, sd);
    },
  };
}

/**
 * The log of the expected improvement over `best` (Jones et al. 1998; Ament et al. 2023).
 *
 * @param best the smallest posterior mean: not the smallest value told, which with noise is a lottery ticket
 */
export const improvement = (gp: Posterior, best: number): Term =>
  ofPosterior(
    gp,
    (mean, sd) => logExpectedImprovement((best - mean) / sd) + Math.log(sd),
    (mean, sd) => {
      const z = (best - mean) / sd;
      const slope = logExpectedImprovementSlope(z);
      return [-slope / sd, (1 - slope * z) / sd];
    },
  );

/** The log of the probability that the function is at most `limit`. */
export const probabilityBelow = (gp: Posterior, limit: number): Term =>
  ofPosterior(
    gp,
    (mean, sd) => logNdtr((limit - mean) / sd),
    (mean, sd) => {
      const z = (limit - mean) / sd;
      const ratio = Math.exp(logNormalDensity(z) - logNdtr(z));
      return [-ratio / sd, (-ratio * z) / sd];
    },
  );

/**
 * The confidence bound (Srinivas et al. 2010), negated: `kappa` standard deviations below the mean.
 *
 * @param kappa more of it explores more
 */
export const confidence = (gp: Posterior, kappa: number): Term =>
  ofPosterior(
    gp,
    (mean, sd) => kappa * sd - mean,
    () => [-1, kappa],
  );

/**
 * The log of a cost's inverse, where the posterior is that of the log cost: with the expected improvement it makes the improvement per
 * second (Snoek et al. 2012, section 3.2).
 *
 * @param scale of the logs, which the posterior sees standardised
 */
export const cheapness = (gp: Posterior, scale: number): Term =>
  ofPosterior(
    gp,
    (mean) => -scale * mean,
    () => [-scale, 0],
  );

/** The log of the mean of what several terms are the logs of, such as the improvement integrated over kernels (Snoek et al. 2012, section 3.1). */
export function average(terms: readonly Term[]): Term {
  if (terms.length === 1) return terms[0]!;
  const share = Math.log(terms.length);
  return {
    add(rows, count, scores) {
      const each = terms.map((term) => {
        const of = new Float64Array(count);
        term.add(rows, count, of);
        return of;
      });
      for (let i = 0; i < count; i++) scores[i]! += logSumExp(each.map((of) => of[i]!)) - share;
    },
    slope(row, gradient) {
      const slopes = terms.map(() => new Float64Array(gradient.length));
      const values = terms.map((term, k) => term.slope(row, slopes[k]!));
      const total = logSumExp(values);
      for (const [k, of] of slopes.entries()) {
        const weight = Math.exp(values[k]! - total);
        for (let c = 0; c < gradient.length; c++) gradient[c]! += weight * of[c]!;
      }
      return total - share;
    },
  };
}
