import { type Axis, active, type Point } from '../../space/axis.ts';
import type { Term } from './acquisition.ts';
import { BUDGET, type Features } from './features.ts';

/** A user may be wrong: no belief counts as more impossible than this. */
const FLOOR = Math.log(1e-12);
const STEP = 1e-5;

/**
 * What the user believes of good configurations, as a factor of the acquisition function that fades with the number of results: the log
 * density to the power weight (Hvarfner et al., "piBO", ICLR 2022, eq. 6).
 */
export function belief(axes: readonly Axis[], features: Features, weight: number): Term {
  const at = (i: number, x: number) => Math.max(FLOOR, axes[i]!.prior?.logDensity(x) ?? 0);
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
