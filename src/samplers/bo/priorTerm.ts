import { type Axis, active, type Point } from '../../space/axis.ts';
import type { AcquisitionTerm } from './acquisition.ts';
import { BUDGET, type Features } from './features.ts';

/** The lowest log density that counts, since a prior may be wrong. */
const MIN_LOG_DENSITY = Math.log(1e-12);
const STEP = 1e-5;

/**
 * The user's prior over good configurations as a factor of the acquisition function (Hvarfner et al., "piBO", ICLR 2022, eq. 6): `weight` times its
 * log density. The weight falls with the number of results.
 */
export function priorTerm(axes: readonly Axis[], features: Features, weight: number): AcquisitionTerm {
  const at = (i: number, x: number) => Math.max(MIN_LOG_DENSITY, axes[i]!.prior?.logDensity(x) ?? 0);
  const total = (point: Point, on: readonly boolean[]) => point.reduce((sum, x, i) => (on[i] ? sum + at(i, x) : sum), 0);
  return {
    add(rows, count, scores) {
      for (let k = 0; k < count; k++) {
        const point = features.decode(rows, k * features.width);
        scores[k]! += weight * total(point, active(axes, point));
      }
    },
    slope(row, gradient) {
      const point = features.decode(row);
      const on = active(axes, point);
      for (let c = 0; c < features.ordered; c++) {
        const i = features.axes[c]!;
        if (i === BUDGET || !on[i] || !axes[i]!.prior) continue;
        const [low, high] = [Math.max(0, point[i]! - STEP), Math.min(1, point[i]! + STEP)];
        gradient[c]! += (weight * (at(i, high) - at(i, low))) / (high - low);
      }
      return weight * total(point, on);
    },
  };
}
