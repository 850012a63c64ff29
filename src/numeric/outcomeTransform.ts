/** An invertible transform of observed values to targets with mean 0 and variance 1. */
export interface OutcomeTransform {
  readonly targets: Float64Array;
  /** The target of any value. */
  target(value: number): number;
  /** The derivative of the transform at the i-th observed value. */
  slope(i: number): number;
  /** The value of a target. */
  restore(target: number): number;
  /** Observed values above it count as equal to it. Absent: there are none. */
  readonly limit?: number;
  /** Whether the i-th observed value is not far above the lowest one. Absent: none is. */
  readonly isNear?: (i: number) => boolean;
}

interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** Mean and standard deviation, without overflow up to 1e308. If all values are equal, the standard deviation is 1. */
function moments(values: ArrayLike<number>): Moments {
  const n = values.length;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest === 0) return { mean: 0, sd: 1 };
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / largest / n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (values[i]! / largest - mean) ** 2 / n;
  const sd = Math.sqrt(variance);
  return { mean: mean * largest, sd: sd > 1e-14 && sd * largest > 0 ? sd * largest : 1 };
}

/** Values less their mean, over their standard deviation. */
export function standardise(values: ArrayLike<number>): OutcomeTransform {
  const { mean, sd } = moments(values);
  const target = (value: number) => value / sd - mean / sd;
  return {
    targets: Float64Array.from(values, target),
    target,
    slope: () => 1 / sd,
    restore: (target) => mean + sd * target,
  };
}

/**
 * A transform of values of which none is far above the others. Training that diverges returns losses such as 1e200, next to which all others would be
 * equal. Values whose distance to the lowest one is more than `far` times that of the lower quartile count as if they were at that distance:
 * differences between bad values say little about the good ones.
 *
 * @param near the multiple beyond which a value is not near the others. Default: `far`
 */
export const withoutExtremes =
  (transformOf: (values: readonly number[]) => OutcomeTransform, far: number, near = far) =>
  (values: readonly number[]): OutcomeTransform => {
    const sorted = [...values].sort((a, b) => a - b);
    const low = sorted[0]!;
    const above = sorted.slice(sorted.length >> 2).find((value) => value > low) ?? low;
    const limit = low + far * (above - low);
    const cut = (value: number) => Math.min(value, limit);
    const transform = transformOf(values.map(cut));
    return {
      ...transform,
      target: (value) => transform.target(cut(value)),
      isNear: (i) => values[i]! <= low + near * (above - low),
      ...(sorted.at(-1)! > limit && { limit }),
    };
  };

/** Yeo & Johnson's power transform ("A new family of power transformations", Biometrika 2000), for any sign of x; 1 is the identity. */
export function yeoJohnson(x: number, power: number): number {
  if (x >= 0) return Math.abs(power) < 1e-8 ? Math.log1p(x) : Math.expm1(power * Math.log1p(x)) / power;
  const other = 2 - power;
  return Math.abs(other) < 1e-8 ? -Math.log1p(-x) : -Math.expm1(other * Math.log1p(-x)) / other;
}

/** Its inverse; infinite beyond the transform's range. */
export function yeoJohnsonInverse(y: number, power: number): number {
  if (y >= 0) return Math.abs(power) < 1e-8 ? Math.expm1(y) : Math.expm1(Math.log1p(Math.max(y * power, -1)) / power);
  const other = 2 - power;
  return Math.abs(other) < 1e-8 ? -Math.expm1(-y) : -Math.expm1(Math.log1p(Math.max(-y * other, -1)) / other);
}

const POWERS = { low: -4, high: 4 };

/** Standardises values, applies the Yeo-Johnson transform with the maximum-likelihood power, and standardises again. */
export function powerTransform(values: ArrayLike<number>): OutcomeTransform {
  const first = standardise(values);
  const logs = first.targets.reduce((sum, z) => sum + Math.sign(z) * Math.log1p(Math.abs(z)), 0);
  const transformed = new Float64Array(values.length);
  const negativeLogLikelihood = (power: number) => {
    for (let i = 0; i < transformed.length; i++) transformed[i] = yeoJohnson(first.targets[i]!, power);
    return values.length * Math.log(moments(transformed).sd) - (power - 1) * logs;
  };
  const power = goldenSection(negativeLogLikelihood, POWERS.low, POWERS.high, 1e-3);
  const { mean, sd } = moments(transformed.map((_, i) => yeoJohnson(first.targets[i]!, power)));
  const target = (value: number) => (yeoJohnson(first.target(value), power) - mean) / sd;
  return {
    targets: Float64Array.from(values, target),
    target,
    slope: (i) => {
      const z = first.targets[i]!;
      return (first.slope(i) / sd) * (1 + Math.abs(z)) ** (z >= 0 ? power - 1 : 1 - power);
    },
    restore: (target) => first.restore(yeoJohnsonInverse(mean + sd * target, power)),
  };
}

/**
 * The standardised log of the distance to the lowest value plus an offset. With an offset of the median distance it is nearly linear for the better
 * half of the values, whereas the others may span orders of magnitude; a smaller one also tells apart values that are close to the lowest.
 *
 * @param share the offset as a share of the median distance
 */
export function shiftedLog(values: ArrayLike<number>, share: number): OutcomeTransform {
  const first = standardise(values);
  const low = first.targets.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const distances = first.targets.map((z) => z - low).filter((distance) => distance > 0);
  if (distances.length === 0) return first;
  const offset = share * distances.sort()[distances.length >> 1]!;
  const log = (z: number) => Math.log1p(Math.max((z - low) / offset, MIN_DISTANCE));
  const { mean, sd } = moments(first.targets.map(log));
  const target = (value: number) => (log(first.target(value)) - mean) / sd;
  return {
    targets: Float64Array.from(values, target),
    target,
    slope: (i) => first.slope(i) / (sd * (first.targets[i]! - low + offset)),
    restore: (target) => first.restore(low + offset * Math.expm1(mean + sd * target)),
  };
}
/** For values below the lowest observed one, down to where the log is infinite. */
const MIN_DISTANCE = -1 + 1e-9;

/** The minimum of a unimodal function, to a tolerance (Kiefer 1953). */
function goldenSection(f: (x: number) => number, from: number, to: number, tolerance: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [atA, atB] = [f(a), f(b)];
  while (high - low > tolerance) {
    if (atA < atB) {
      [high, b, atB] = [b, a, atA];
      a = high - ratio * (high - low);
      atA = f(a);
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + ratio * (high - low);
      atB = f(b);
    }
  }
  return (low + high) / 2;
}
