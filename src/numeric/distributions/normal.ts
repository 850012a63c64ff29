const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution. */
const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / SQRT_2PI;

/**
 * Distribution function of the standard normal distribution, with a relative error of about 1e-14, also in the lower tail as long as the result is
 * not denormal. For the upper tail use ndtr(-x).
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

/** x + 1/(x + 2/(x + 3/(x + ...))): density over upper tail. 100 terms are enough from x = 2 on. */
function laplaceFraction(x: number): number {
  let fraction = x;
  for (let k = 100; k >= 1; k--) fraction = x + k / fraction;
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
    3.3871328727963665, 1.3314166789178438e2, 1.9715909503065513e3, 1.373169376550946e4, 4.592195393154987e4, 6.72657709270087e4,
    3.343057558358813e4, 2.5090809287301227e3,
  ],
  [
    1, 4.231333070160091e1, 6.871870074920579e2, 5.394196021424751e3, 2.1213794301586597e4, 3.930789580009271e4, 2.8729085735721943e4,
    5.226495278852854e3,
  ],
];
const MIDDLE: Rational = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 2.417807251774506e-1,
    2.2723844989269184e-2, 7.745450142783414e-4,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 6.897673349851e-1, 1.4810397642748008e-1, 1.5198666563616457e-2, 5.475938084995345e-4,
    1.0507500716444169e-9,
  ],
];
const FAR: Rational = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 2.9656057182850487e-1, 2.6532189526576124e-2, 1.2426609473880784e-3,
    2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 5.99832206555888e-1, 1.369298809227358e-1, 1.4875361290850615e-2, 7.868691311456133e-4, 1.8463183175100548e-5, 1.421511758316446e-7,
    2.0442631033899397e-15,
  ],
];
