import { log1mexp, logExpectedImprovement, logSumExp } from '../../numeric/distributions/special.ts';
import type { Posterior } from '../../numeric/gp/posterior.ts';
import { predictMany, predictSlopes } from '../../numeric/gp/predict.ts';
import { dominates } from '../../numeric/pareto/domination.ts';
import type { AcquisitionTerm } from './acquisition.ts';

type Pair = readonly [number, number];

/** The reference point lies this far beyond the worst point of the front in each objective, as a share of the front's extent. */
const MARGIN = 0.1;

/** A vertical strip below a front, between two values of the first objective and below a value of the second. */
interface Strip {
  readonly from: number;
  readonly to: number;
  readonly below: number;
}

/** The strips under the non-dominated of some points, up to the reference point. */
export function stripsUnder(points: readonly Pair[], [right, top]: Pair): Strip[] {
  const strips: Strip[] = [];
  let from = -Infinity;
  let below = top;
  for (const [x, y] of [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (x >= right || y >= below) continue;
    strips.push({ from, to: x, below });
    [from, below] = [x, y];
  }
  strips.push({ from, to: right, below });
  return strips;
}

/** The reference point from which the hypervolume of some points is measured. */
export function referenceOf(points: readonly Pair[]): Pair {
  const front = points.filter((a) => !points.some((b) => dominates(b, a)));
  const beyond = (k: 0 | 1): number => {
    const extent = (pairs: readonly Pair[]) => Math.max(...pairs.map((p) => p[k])) - Math.min(...pairs.map((p) => p[k]));
    return Math.max(...front.map((p) => p[k])) + MARGIN * (extent(front) || extent(points) || 1);
  };
  return [beyond(0), beyond(1)];
}

/** The log of E[max(0, limit - y)] for a normal y. */
const logGain = (limit: number, mean: number, sd: number): number =>
  limit === -Infinity ? -Infinity : logExpectedImprovement((limit - mean) / sd) + Math.log(sd);

/**
 * The log of the expected hypervolume improvement for two independent normal objectives (after Emmerich, Deutz & Klinkenberg, "Hypervolume-based
 * expected improvement", 2011). A point y below the front gains the integral of max(0, h(x) - y2) over x > y1, where h is the front's staircase.
 * On strips with constant h, its expectation is a sum of products:
 *
 *     sum over strips of (E[(to - y1)+] - E[(from - y1)+]) E[(below - y2)+]
 */
export function logHypervolumeGain(strips: readonly Strip[], means: Pair, sds: Pair): number {
  return logSumExp(
    strips.map(({ from, to, below }) => {
      const whole = logGain(to, means[0], sds[0]);
      const missing = logGain(from, means[0], sds[0]);
      return (missing < whole ? whole + log1mexp(missing - whole) : -Infinity) + logGain(below, means[1], sds[1]);
    }),
  );
}

const STEP = 1e-5;

/** The log of the expected hypervolume improvement, given the posterior of each objective. */
export function hypervolumeImprovement(gps: readonly [Posterior, Posterior], points: readonly Pair[]): AcquisitionTerm {
  const strips = stripsUnder(points, referenceOf(points));
  const ordered = gps[0].features.ordered;
  const byMean = gps.map(() => new Float64Array(ordered));
  const byVariance = gps.map(() => new Float64Array(ordered));
  return {
    add(rows, count, scores) {
      const means = gps.map(() => new Float64Array(count));
      const variances = gps.map(() => new Float64Array(count));
      for (const [k, gp] of gps.entries()) predictMany(gp, rows, count, means[k]!, variances[k]!);
      for (let i = 0; i < count; i++) {
        const sds: Pair = [Math.sqrt(variances[0]![i]!), Math.sqrt(variances[1]![i]!)];
        scores[i]! += logHypervolumeGain(strips, [means[0]![i]!, means[1]![i]!], sds);
      }
    },
    slope(row, gradient) {
      const here = gps.map((gp, k) => predictSlopes(gp, row, byMean[k]!, byVariance[k]!));
      const means: [number, number] = [here[0]!.mean, here[1]!.mean];
      const sds: [number, number] = [Math.sqrt(here[0]!.variance), Math.sqrt(here[1]!.variance)];
      /** By one of the two means or sds; a central difference needs less code than the closed form. */
      const derivative = (pair: [number, number], k: number, step: number): number => {
        const x = pair[k]!;
        pair[k] = x + step;
        const up = logHypervolumeGain(strips, means, sds);
        pair[k] = x - step;
        const down = logHypervolumeGain(strips, means, sds);
        pair[k] = x;
        return (up - down) / (2 * step);
      };
      for (const k of [0, 1]) {
        const m = derivative(means, k, STEP * sds[k]!);
        const s = derivative(sds, k, STEP * sds[k]!) / (2 * sds[k]!);
        for (let c = 0; c < ordered; c++) gradient[c]! += m * byMean[k]![c]! + s * byVariance[k]![c]!;
      }
      return logHypervolumeGain(strips, means, sds);
    },
  };
}
