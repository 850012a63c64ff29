import type { Axis, Point } from '../../space/axis.ts';
import type { Observed } from './observed.ts';

/** Results this near to each other, in the coordinate where they differ most, say something of each other's surroundings. */
const NEAR = 0.25;
const SMALLEST = 0.01;
const LARGEST = 0.15;
const GROWTH = 1.5;
const DECAY = 0.9;
/** Older results no longer matter: DECAY to this power is a hundredth. */
const WINDOW = 44;

/** The largest difference of two points in an ordered coordinate; Infinity where they differ in another. */
export function separation(axes: readonly Axis[], a: Point, b: Point): number {
  let largest = 0;
  for (let i = 0; i < axes.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (difference > 0 && !axes[i]!.ordered) return Infinity;
    if (difference > largest) largest = difference;
  }
  return largest;
}

/**
 * How far from results the next point should keep. A smooth model does not see steps: where losses repeat exactly, as those of models
 * whose parameters act in steps do, it would creep over a plateau. The radius grows with each result that equals its neighbour's, and
 * shrinks with each that does not, so that it is 0 where losses are smooth or noisy.
 */
export function plateauRadius(axes: readonly Axis[], told: readonly Observed[]): number {
  let radius = 0;
  for (let i = Math.max(1, told.length - WINDOW); i < told.length; i++) {
    let nearest = Infinity;
    let equal = false;
    for (let j = 0; j < i; j++) {
      const apart = separation(axes, told[i]!.point, told[j]!.point);
      if (apart > nearest || apart > NEAR) continue;
      equal = (apart === nearest && equal) || told[i]!.value === told[j]!.value;
      nearest = apart;
    }
    radius = equal ? Math.min(LARGEST, Math.max(SMALLEST, GROWTH * radius)) : DECAY * radius;
  }
  return radius < SMALLEST ? 0 : radius;
}
