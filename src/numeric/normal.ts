const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal law. */
export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / SQRT_2PI;

/**
 * Distribution function of the standard normal law, to a relative error of about 1e-14 wherever it is not denormal, the lower tail included:
 * for the upper tail ask for ndtr(-x).
 *
 * Marsaglia, Evaluating the Normal Distribution (2004), near 0; Laplace's continued fraction in the tails.
 */
export function ndtr(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) < 2) return 0.5 + normalDensity(x) * centralSeries(x);
  const tail = normalDensity(x) / laplaceFraction(Math.abs(x));
  return x < 0 ? tail : 1 - tail;
}

/** x + x^3/3 + x^5/(3 5) + x^7/(3 5 7) + ... */
function centralSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** x + 1/(x + 2/(x + 3/(x + ...))): density over upper tail. 60 terms are enough from x = 2 on. */
function laplaceFraction(x: number): number {
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / fraction;
  return fraction;
}

/**
 * Inverse of `ndtr`; -Infinity at 0, Infinity at 1, NaN outside.
 *
 * Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution (1988), routine PPND16: about 16 digits.
 */
export function ndtri(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * rational(0.180625 - q * q, CENTRAL);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail = r <= 5 ? rational(r - 1.6, MIDDLE) : rational(r - 5, FAR);
  return q < 0 ? -tail : tail;
}

type Rational = readonly [numerator: readonly number[], denominator: readonly number[]];

const rational = (x: number, [numerator, denominator]: Rational): number => horner(x, numerator) / horner(x, denominator);

/** A polynomial by its coefficients, the constant one first. */
function horner(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k]!;
  return sum;
}

const CENTRAL: Rational = [
  [
    3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
    6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
  ],
  [
    1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.930789580009271061e4,
    2.8729085735721942674e4, 5.226495278852854561e3,
  ],
];
const MIDDLE: Rational = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
    2.4178072517745061177e-1, 2.27238449892691845833e-2, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1, 1.4810397642748007459e-1, 1.51986665636164571966e-2,
    5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
];
const FAR: Rational = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1, 2.6532189526576123093e-2,
    1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2, 7.868691311456132591e-4, 1.8463183175100546818e-5,
    1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
];
