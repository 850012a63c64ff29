import { ndtr } from '../../numeric/distributions/normal.ts';
import {
  logExpectedImprovement,
  logExpectedImprovementSlope,
  logNdtr,
  logNormalDensity,
  logSumExp,
} from '../../numeric/distributions/special.ts';
import type { Posterior } from '../../numeric/gp/posterior.ts';
import { predictMany, predictSlopes } from '../../numeric/gp/predict.ts';

/** A term of the log acquisition function, as a function of features. Terms are added; higher is better. */
export interface AcquisitionTerm {
  /** Adds its values at `count` rows of features to `scores`. */
  add(rows: Float64Array, count: number, scores: Float64Array): void;
  /** Returns its value at one row, and adds its derivatives by the ordered columns to `gradient`. */
  slope(row: Float64Array, gradient: Float64Array): number;
}

/** A term that is a function of a posterior's mean and standard deviation, with the derivatives by both. */
function posteriorTerm(
  gp: Posterior,
  f: (mean: number, sd: number) => number,
  slopes: (mean: number, sd: number) => readonly [number, number],
): AcquisitionTerm {
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
 * @param best the smallest posterior mean, since the smallest observed value may only be lucky noise
 */
export const expectedImprovement = (gp: Posterior, best: number): AcquisitionTerm =>
  posteriorTerm(
    gp,
    (mean, sd) => logExpectedImprovement((best - mean) / sd) + Math.log(sd),
    (mean, sd) => {
      const z = (best - mean) / sd;
      const slope = logExpectedImprovementSlope(z);
      return [-slope / sd, (1 - slope * z) / sd];
    },
  );

/** The log of the probability that the quantity is at most `limit`, times a weight. */
export const logProbabilityBelow = (gp: Posterior, limit: number, weight = 1): AcquisitionTerm =>
  posteriorTerm(
    gp,
    (mean, sd) => weight * logNdtr((limit - mean) / sd),
    (mean, sd) => {
      const z = (limit - mean) / sd;
      const ratio = weight * Math.exp(logNormalDensity(z) - logNdtr(z));
      return [-ratio / sd, (-ratio * z) / sd];
    },
  );

/**
 * The negated mean. Of the log cost, and added to the log expected improvement, it gives the improvement per second (Snoek et al. 2012, section 3.2).
 *
 * @param scale the standard deviation of the quantity, which the posterior is standardised by
 */
export const negatedMean = (gp: Posterior, scale = 1): AcquisitionTerm =>
  posteriorTerm(
    gp,
    (mean) => -scale * mean,
    () => [-scale, 0],
  );

/** A rung above the lowest one. */
export interface RungLimit {
  /** What a trial trains from the previous rung to this one. */
  readonly budget: number;
  /** The quantity up to which a trial reaches this rung. */
  readonly limit: number;
}

/**
 * The log of the inverse of the budget that a trial is expected to use if an earlier stage stops trials at rungs. Added to the log expected
 * improvement, it gives the improvement per epoch. So unknown regions are explored more: a trial that proves bad there is stopped early.
 *
 * @param gp the posterior of the quantity by which trials are compared
 * @param lowest the budget of the lowest rung, which every trial reaches
 * @param higher the other rungs, ascending
 */
export function inverseBudget(gp: Posterior, lowest: number, higher: readonly RungLimit[]): AcquisitionTerm {
  const expected = (mean: number, sd: number): number =>
    higher.reduce((sum, { budget, limit }) => sum + budget * ndtr((limit - mean) / sd), lowest);
  return posteriorTerm(
    gp,
    (mean, sd) => -Math.log(expected(mean, sd)),
    (mean, sd) => {
      let [byMean, bySd] = [0, 0];
      for (const { budget, limit } of higher) {
        const z = (limit - mean) / sd;
        const slope = (budget * Math.exp(logNormalDensity(z))) / sd;
        byMean += slope;
        bySd += slope * z;
      }
      const total = expected(mean, sd);
      return [byMean / total, bySd / total];
    },
  );
}

/** The log of the mean of exp(term), such as the expected improvement integrated over kernels (Snoek et al. 2012, section 3.1). */
export function logMeanTerm(terms: readonly AcquisitionTerm[]): AcquisitionTerm {
  if (terms.length === 1) return terms[0]!;
  const logCount = Math.log(terms.length);
  return {
    add(rows, count, scores) {
      const values = terms.map((term) => {
        const own = new Float64Array(count);
        term.add(rows, count, own);
        return own;
      });
      for (let i = 0; i < count; i++) scores[i]! += logSumExp(values.map((own) => own[i]!)) - logCount;
    },
    slope(row, gradient) {
      const slopes = terms.map(() => new Float64Array(gradient.length));
      const values = terms.map((term, k) => term.slope(row, slopes[k]!));
      const total = logSumExp(values);
      for (const [k, own] of slopes.entries()) {
        const weight = Math.exp(values[k]! - total);
        for (let c = 0; c < gradient.length; c++) gradient[c]! += weight * own[c]!;
      }
      return total - logCount;
    },
  };
}
