import { drawNormal, type Rng } from './random.ts';

/** How often the slice is widened on each side before it shrinks. */
const MAX_WIDENINGS = 8;
const MAX_SHRINKINGS = 40;

/**
 * One step of slice sampling along a random direction (Neal, "Slice sampling", Annals of Statistics 2003, with stepping out and shrinkage):
 * leaves the density invariant.
 *
 * @param logDensity up to a constant; NaN or -Infinity for zero density
 * @param width a guess at the extent of the density
 */
export function sliceStep(logDensity: (x: Float64Array) => number, x: Float64Array, width: number, rng: Rng): Float64Array {
  const direction = Float64Array.from(x, () => drawNormal(rng));
  const length = Math.hypot(...direction);
  const along = (t: number) => x.map((from, i) => from + (t * direction[i]!) / length);
  const level = logDensity(x) + Math.log(1 - rng());
  const inside = (t: number) => logDensity(along(t)) > level;
  let low = -width * rng();
  let high = low + width;
  for (let k = 0; k < MAX_WIDENINGS && inside(low); k++) low -= width;
  for (let k = 0; k < MAX_WIDENINGS && inside(high); k++) high += width;
  for (let k = 0; k < MAX_SHRINKINGS; k++) {
    const t = low + (high - low) * rng();
    if (inside(t)) return along(t);
    if (t < 0) low = t;
    else high = t;
  }
  return x;
}
