/** Functions of the error-function family, kept accurate in the tails by working with logarithms. */

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
const SQRT1_2 = Math.SQRT1_2;
const INV_SQRT_PI = 1 / Math.sqrt(Math.PI);

// Rational Chebyshev approximations of Cody (Math. Comp. 23, 1969), one set of coefficients for each of his three ranges.
const ERF_P = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315];
const ERF_Q = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const MID_P = [
  0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716,
  1230.3393547979972, 2.1531153547440383e-8,
];
const MID_Q = [
  15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247, 3439.3676741437216,
  1230.3393548037495,
];
const FAR_P = [
  0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275, 0.0006587491615298378, 0.016315387137302097,
];
const FAR_Q = [2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918];

/** Cody's form of a rational function: the leading coefficient of `p` comes last, that of `q` is 1. */
function rational(p: readonly number[], q: readonly number[], x: number): number {
  const last = q.length - 1;
  let above = p[last + 1]! * x;
  let below = x;
  for (let i = 0; i < last; i++) {
    above = (above + p[i]!) * x;
    below = (below + q[i]!) * x;
  }
  return (above + p[last]!) / (below + q[last]!);
}

/** Error function on [-0.46875, 0.46875]. */
const erfNearZero = (x: number): number => x * rational(ERF_P, ERF_Q, x * x);

/** Scaled complementary error function exp(x^2) erfc(x); Infinity where that overflows (x below about -26.6). */
export function erfcx(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x <= 0.46875) return Math.exp(x * x) * (1 - erfNearZero(x));
  if (x <= 4) return rational(MID_P, MID_Q, x);
  if (x > 1e8) return INV_SQRT_PI / x;
  const inverse = 1 / (x * x);
  return (INV_SQRT_PI - inverse * rational(FAR_P, FAR_Q, inverse)) / x;
}

/** Complementary error function, accurate in relative terms for x >= 0. */
const erfc = (x: number): number => (Math.abs(x) <= 0.46875 ? 1 - erfNearZero(x) : x < 0 ? 2 - erfc(-x) : Math.exp(-x * x) * erfcx(x));

/** From 6 on, 1 is the nearest double. */
const erf = (x: number): number => (x >= 6 ? 1 : Math.abs(x) <= 0.46875 ? erfNearZero(x) : x < 0 ? -erf(-x) : 1 - erfc(x));

/** log of the standard normal density. */
export const logNormalDensity = (z: number): number => -0.5 * z * z - LOG_SQRT_2PI;

/** log of the standard normal distribution function, accurate in both tails. */
export function logNdtr(z: number): number {
  if (z < -1) return -0.5 * z * z + Math.log(0.5 * erfcx(-z * SQRT1_2));
  return Math.log1p(-0.5 * erfc(z * SQRT1_2));
}

/** log(1 - exp(x)) for x < 0 (Mächler 2012). */
export const log1mexp = (x: number): number => (x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x)));

/** log(exp(a[0]) + exp(a[1]) + ...); -Infinity for an empty array. */
export function logSumExp(values: ArrayLike<number>): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i]!);
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - top);
  return top + Math.log(sum);
}

/**
 * The log of the standard normal mass between two points, which normalises a truncated normal.
 *
 * @returns -Infinity if `low >= high`
 */
export function logNormalMass(low: number, high: number): number {
  if (low >= high) return -Infinity;
  if (low > 0) return logNormalMass(-high, -low); // the left tail keeps the digits
  if (high > 0) return Math.log(0.5 * (erf(high * SQRT1_2) - erf(low * SQRT1_2)));
  const right = logNdtr(high);
  return right + log1mexp(logNdtr(low) - right);
}

const SQRT_PI_2 = Math.sqrt(Math.PI / 2);
const LOG_SQRT_PI_2 = Math.log(SQRT_PI_2);

/** log(1 + z Phi(z) / phi(z)) for z <= -1. Far in the tail the difference cancels, so the first terms of its series are used. */
const logTail = (z: number): number =>
  z < -1e3 ? Math.log1p(-3 / (z * z)) - 2 * Math.log(-z) : log1mexp(Math.log(erfcx(-z * SQRT1_2) * -z) + LOG_SQRT_PI_2);

/**
 * log(phi(z) + z Phi(z)): the log of the expected improvement of a standard normal over `-z`
 * (Ament et al., "Unexpected improvements to expected improvement", NeurIPS 2023, eq. 9).
 */
export const logExpectedImprovement = (z: number): number =>
  z > -1 ? Math.log(Math.exp(logNormalDensity(z)) + z * 0.5 * erfc(-z * SQRT1_2)) : logNormalDensity(z) + logTail(z);

/** Its derivative, Phi(z) / (phi(z) + z Phi(z)). */
export const logExpectedImprovementSlope = (z: number): number =>
  z > -1 ? Math.exp(logNdtr(z) - logExpectedImprovement(z)) : (SQRT_PI_2 * erfcx(-z * SQRT1_2)) / Math.exp(logTail(z));
