const LANCZOS_G = 7;
const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/**
 * Natural logarithm of the gamma function, for x > 0.
 *
 * Lanczos, A Precision Approximation of the Gamma Function (1964), with Godfrey's coefficients for g = 7, n = 9: about 15 digits.
 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = LANCZOS[0]!;
  for (let k = 1; k < LANCZOS.length; k++) sum += LANCZOS[k]! / (x - 1 + k);
  const t = x - 0.5 + LANCZOS_G;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Natural logarithm of the beta function. */
const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Log density of the beta distribution at x in (0, 1). */
export const logBetaDensity = (a: number, b: number, x: number): number => (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta(a, b);

/**
 * The regularised incomplete beta function I_x(a, b), the distribution function of the beta distribution. Accurate in the lower tail; for the upper
 * tail use betainc(b, a, 1 - x).
 *
 * DLMF 8.17.22, on the side of the mean where it converges fast.
 */
export function betainc(a: number, b: number, x: number): number {
  if (Number.isNaN(x)) return x;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? lowerTail(a, b, x, 1 - x) : 1 - lowerTail(b, a, 1 - x, x);
}

/** I_x(a, b), with y = 1 - x, by the method of Lentz, as Thompson and Barnett (1986) changed it. */
function lowerTail(a: number, b: number, x: number, y: number): number {
  const TINY = 1e-300;
  const front = Math.exp(a * Math.log(x) + b * Math.log(y) - logBeta(a, b)) / a;
  const awayFromZero = (v: number) => (Math.abs(v) < TINY ? TINY : v);
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  const advance = (coefficient: number) => {
    d = 1 / awayFromZero(1 + coefficient * d);
    c = awayFromZero(1 + coefficient / c);
    fraction *= c * d;
  };
  for (let m = 1; m <= 10_000; m++) {
    advance((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
    advance((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)));
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** Inverse of `betainc` in x, for p in [0, 1]: Newton's steps, and bisection where they would leave the bracket. */
export function betaincinv(a: number, b: number, p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  let low = Number.MIN_VALUE;
  let high = 1;
  // Near 0, I_x(a, b) is x^a / (a B(a, b)).
  let x = Math.max(low, Math.min(a / (a + b), Math.exp((Math.log(p * a) + logBeta(a, b)) / a)));
  for (let i = 0; i < 200; i++) {
    const error = betainc(a, b, x) - p;
    if (error < 0) low = x;
    else high = x;
    const newton = x - error * Math.exp(-logBetaDensity(a, b, x));
    const middle = high / low > 4 ? Math.sqrt(low) * Math.sqrt(high) : (low + high) / 2;
    const next = newton > low && newton < high ? newton : middle;
    if (Math.abs(next - x) <= 1e-15 * x) return next;
    x = next;
  }
  return x;
}
