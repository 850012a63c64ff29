import {
  type BoundedDistribution,
  betaDistribution,
  type Distribution,
  truncatedLogNormal,
  truncatedNormal,
} from '../numeric/distributions/distribution.ts';
import { clampUnit } from '../numeric/vectors.ts';
import type { Levels } from './axis.ts';
import { fault } from './check.ts';
import type { PriorData } from './prior.ts';
import type { Scale } from './scale.ts';
import { isRange, type NumberRange } from './types/parameterType.ts';
import type { Value } from './value.ts';

/** A prior as a distribution of the coordinate. */
export function priorOnAxis(path: string, data: PriorData, values: NumberRange | readonly Value[], scale: Scale): Distribution {
  const { levels } = scale;
  const cut = scale.cut ?? ((k: number) => k / (levels?.count ?? 1));
  if ('weights' in data) return weightsPrior(`${path}.weights`, data.weights, levels, cut);
  if (!isRange(values)) throw fault(path, 'weights', data);
  return levels ? binnedPrior(path, data, values, levels, cut) : smoothPrior(path, data, values);
}

function smoothPrior(path: string, data: PriorData, { low, high, transform }: NumberRange): Distribution {
  if ('beta' in data) {
    const { quantile, logDensity } = betaDistribution(data.beta.a, data.beta.b);
    return { quantile: (u) => clampUnit(quantile(u)), logDensity };
  }
  const distribution = truncatedPrior(path, data, low, high);
  return {
    quantile: (u) => clampUnit(transform.coordinate(distribution.quantile(u))),
    logDensity: (coordinate) => distribution.logDensity(transform.value(coordinate)) + Math.log(transform.slope(coordinate)),
  };
}

/** The probability of a level is that of its bin. */
function binnedPrior(
  path: string,
  data: PriorData,
  { low, step = 1 }: NumberRange,
  levels: Levels,
  cut: (k: number) => number,
): Distribution {
  const edge = (k: number) => low + (k - 0.5) * step;
  const binned = (distribution: BoundedDistribution, border: (k: number) => number, levelOf: (x: number) => number): Distribution => ({
    quantile: (u) => levels.at(levelOf(distribution.quantile(u))),
    logDensity: (coordinate) => {
      const k = levels.of(coordinate);
      return distribution.logMass(border(k), border(k + 1)) - Math.log(cut(k + 1) - cut(k));
    },
  });
  if ('beta' in data) return binned(betaDistribution(data.beta.a, data.beta.b), cut, levels.of);
  const distribution = truncatedPrior(path, data, edge(0), edge(levels.count));
  return binned(distribution, edge, (x) => Math.min(levels.count - 1, Math.max(0, Math.round((x - low) / step))));
}

function truncatedPrior(path: string, data: PriorData, low: number, high: number): BoundedDistribution {
  const distribution =
    'normal' in data
      ? truncatedNormal(data.normal.median, data.normal.sigma, low, high)
      : 'logNormal' in data
        ? truncatedLogNormal(data.logNormal.median, data.logNormal.sigma, low, high)
        : undefined;
  if (!distribution) throw fault(path, `a prior with mass in the range [${low}, ${high}]`, data);
  return distribution;
}

function weightsPrior(path: string, weights: readonly number[], levels: Levels | undefined, cut: (k: number) => number): Distribution {
  if (weights.length !== levels?.count)
    throw fault(path, levels ? `${levels.count} weights, one per value` : 'finitely many values', weights);
  const total = weights.reduce((a, b) => a + b);
  let sum = 0;
  const ends = weights.map((weight) => {
    sum += weight;
    return sum / total;
  });
  return {
    quantile: (u) => {
      const k = ends.findIndex((end) => u < end);
      return levels.at(k < 0 ? ends.length - 1 : k);
    },
    logDensity: (coordinate) => {
      const k = levels.of(coordinate);
      return Math.log(weights[k]! / total / (cut(k + 1) - cut(k)));
    },
  };
}
