import {
  type BoundedDistribution,
  betaDistribution,
  type Distribution,
  truncatedLogNormal,
  truncatedNormal,
} from '../numeric/distribution.ts';
import type { Levels } from './axis.ts';
import { fault } from './check.ts';
import type { Dimension, FloatDimension, IntDimension } from './dimension.ts';
import { type Chart, floatChart, linearChart, logChart } from './float.ts';
import type { PriorData } from './prior.ts';

/** The prior of a dimension on its coordinate. */
export function priorOnAxis(path: string, dimension: Dimension, levels: Levels | undefined): Distribution | undefined {
  if (dimension.type === 'constant' || dimension.prior === undefined) return undefined;
  const data = dimension.prior;
  if ('weights' in data) return weightsPrior(`${path}.prior.weights`, data.weights, levels, cutsOf(dimension, levels));
  if (dimension.type !== 'float' && dimension.type !== 'int') throw fault(`${path}.prior`, 'weights', data);
  return levels ? binnedPrior(path, dimension, data, levels) : smoothPrior(path, dimension as FloatDimension, data);
}

function smoothPrior(path: string, dimension: FloatDimension, data: PriorData): Distribution {
  const isBeta = 'beta' in data;
  const chart: Chart = isBeta ? linearChart(0, 1) : floatChart(dimension);
  const distribution = isBeta ? betaDistribution(data.beta.a, data.beta.b) : truncatedPrior(path, data, dimension.low, dimension.high);
  return {
    quantile: (u) => Math.min(1, Math.max(0, chart.coordinate(distribution.quantile(u)))),
    logDensity: (coordinate) => distribution.logDensity(chart.value(coordinate)) + Math.log(chart.slope(coordinate)),
  };
}

/** The mass of a level is that of its bin. */
function binnedPrior(path: string, dimension: FloatDimension | IntDimension, data: PriorData, levels: Levels): Distribution {
  const { low, step = 1 } = dimension;
  const cut = cutsOf(dimension, levels);
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
      ? truncatedNormal(data.normal.mean, data.normal.sd, low, high)
      : 'logNormal' in data
        ? truncatedLogNormal(data.logNormal.median, data.logNormal.sigma, low, high)
        : undefined;
  if (!distribution) throw fault(`${path}.prior`, `a prior with mass in the range [${low}, ${high}]`, data);
  return distribution;
}

/** The coordinates between which the bins lie: cut(k) is the lower end of the k-th. */
function cutsOf(dimension: Dimension, levels: Levels | undefined): (k: number) => number {
  const count = levels?.count ?? 1;
  if (dimension.type !== 'int' || !dimension.log) return (k) => k / count;
  const { coordinate } = logChart(dimension.low - 0.5, dimension.high + 0.5);
  return (k) => coordinate(dimension.low - 0.5 + k);
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
