import { betainc, betaincinv, logBetaDensity } from './beta.ts';
import { ndtr, ndtri } from './normal.ts';

/** The distribution of one number. */
export interface Distribution {
  /** The inverse of the cumulative distribution function, for u in [0, 1]. */
  quantile(u: number): number;
  logDensity(x: number): number;
}

/** A distribution whose support is a range. */
export interface BoundedDistribution extends Distribution {
  /** Log of the probability of [from, to]. */
  logMass(from: number, to: number): number;
}

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** In narrower intervals (in standard deviations) the midpoint rule is more exact than a difference of distribution functions. */
const NARROW = 1e-5;

const logNormalDensity = (z: number): number => -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);

/** Log of the standard normal probability of [from, to], computed in the lower tail, where no digits cancel. */
function logNormalMass(from: number, to: number): number {
  if (from > 0) return logNormalMass(-to, -from);
  const mass = to - from < NARROW ? 0 : ndtr(to) - ndtr(from);
  return mass > 1e-290 ? Math.log(mass) : logNormalDensity((from + to) / 2) + Math.log(to - from);
}

/**
 * A normal distribution, truncated to a range.
 *
 * @returns undefined if the range has no mass that a double can represent
 */
export function truncatedNormal(mean: number, sd: number, low: number, high: number): BoundedDistribution | undefined {
  // Mirrors an upper tail into a lower one, which keeps its digits.
  const sign = low > mean ? -1 : 1;
  const place = (x: number) => (sign * (x - mean)) / sd;
  const [from, to] = sign === 1 ? [place(low), place(high)] : [place(high), place(low)];
  const start = ndtr(from);
  const mass = ndtr(to) - start;
  if (!(mass > 1e-290)) return undefined;
  const logTotal = logNormalMass(from, to);
  const fraction = (u: number) => (sign === 1 ? u : 1 - u);
  const z = to - from < NARROW ? (u: number) => from + u * (to - from) : (u: number) => ndtri(start + u * mass);
  return {
    quantile: (u) => clamp(mean + sign * sd * z(fraction(u)), low, high),
    logDensity: (x) => logNormalDensity(place(x)) - Math.log(sd) - logTotal,
    logMass: (a, b) => logNormalMass(Math.min(place(a), place(b)), Math.max(place(a), place(b))) - logTotal,
  };
}

/** The distribution of a positive number whose logarithm is normal, truncated to a range. */
export function truncatedLogNormal(median: number, sigma: number, low: number, high: number): BoundedDistribution | undefined {
  const log = (x: number) => Math.log(Math.max(0, x));
  const ofLog = truncatedNormal(Math.log(median), sigma, log(low), log(high));
  return (
    ofLog && {
      quantile: (u) => clamp(Math.exp(ofLog.quantile(u)), low, high),
      logDensity: (x) => {
        const t = Math.log(Math.max(Number.MIN_VALUE, x));
        return ofLog.logDensity(t) - t;
      },
      logMass: (a, b) => ofLog.logMass(log(a), log(b)),
    }
  );
}

/** The beta distribution on [0, 1]. At the ends its density may be 0 or infinite, so it is evaluated slightly inside. */
export function betaDistribution(a: number, b: number): BoundedDistribution {
  const HAIR = 1e-12;
  const logDensity = (x: number) => logBetaDensity(a, b, clamp(x, HAIR, 1 - HAIR));
  const mean = a / (a + b);
  return {
    quantile: (u) => betaincinv(a, b, u),
    logDensity,
    logMass: (from, to) => {
      const mass = from < mean ? betainc(a, b, to) - betainc(a, b, from) : betainc(b, a, 1 - from) - betainc(b, a, 1 - to);
      const narrow = to - from < NARROW * Math.min(from, 1 - to);
      return !narrow && mass > 1e-290 ? Math.log(mass) : logDensity((from + to) / 2) + Math.log(to - from);
    },
  };
}
