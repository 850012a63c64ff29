import { leastOdds, withProbabilityMargin } from '../../../numeric/cma/categorical.ts';
import { diagonal, gaussian, type Matrix, type Vector, withCovariance } from '../../../numeric/cma/gaussian.ts';
import type { Point } from '../../../space/axis.ts';
import { active } from '../../../space/axis.ts';
import { compareRanked, type RankedTrial } from '../../rankedTrial.ts';
import { distributionOf, type Layout, type SearchDistribution } from './searchDistribution.ts';

/** A result of another strategy. */
export interface WarmStartResult {
  readonly point: Point;
  readonly standing: RankedTrial;
}

/** gamma and alpha of the paper: the share of promising results, and the radius around each of them. */
const PROMISING = 0.1;
const SPREAD = 0.1;

/** The medians of the priors, and `sigma` times the width of each prior. */
export function priorDistribution(layout: Layout, sigma: number, mean = priorMean(layout)): SearchDistribution {
  const widths = layout.ordered.map((i) => interquartile(layout, i) / 0.5);
  return distributionOf(layout, mean, sigma, diagonal(widths.map((width) => width ** 2)));
}

const priorMean = ({ axes, ordered }: Layout): number[] => ordered.map((i) => axes[i]!.prior?.quantile(0.5) ?? 0.5);

function interquartile({ axes }: Layout, i: number): number {
  const prior = axes[i]!.prior;
  return prior ? Math.max(NARROW, prior.quantile(0.75) - prior.quantile(0.25)) : 0.5;
}

/** A prior with all of its mass on one value has no width. */
const NARROW = 1e-3;

/**
 * The normal distribution nearest to a mixture of small ones around the best known results: Nomura et al., "Warm starting CMA-ES" (AAAI 2021,
 * arXiv:2012.06932). Odds move from the prior towards the values of the best. On an axis that a point does not have, the point is
 * where the prior is.
 */
export function warmDistribution(layout: Layout, told: readonly WarmStartResult[]): SearchDistribution {
  const best = [...told].sort((a, b) => compareRanked(a.standing, b.standing)).slice(0, Math.max(1, Math.floor(PROMISING * told.length)));
  const middle = priorMean(layout);
  const has = best.map(({ point }) => active(layout.axes, point));
  const places = best.map(({ point }, k) => layout.ordered.map((i, o) => (has[k]![i] ? point[i]! : middle[o]!)));
  const mean = average(places);
  const covariance = mean.map((_, i) =>
    mean.map((_, j) => {
      const within = i === j ? SPREAD ** 2 : 0;
      return within + places.reduce((sum, x) => sum + (x[i]! - mean[i]!) * (x[j]! - mean[j]!), 0) / places.length;
    }),
  );
  const odds = layout.odds.map((row, u) => {
    const axis = layout.unordered[u]!;
    const { levels } = layout.axes[axis]!;
    const values = best.flatMap(({ point }, k) => (has[k]![axis] ? [levels!.of(point[axis]!)] : []));
    const counted = row.map((p, k) => (p + values.filter((value) => value === k).length) / (1 + values.length));
    return withProbabilityMargin(counted, leastOdds(layout.odds.length, row.length));
  });
  const sigma = geometricMean(withCovariance(gaussian(mean, 1, diagonal(mean.map(() => 1))), covariance).lengths);
  return distributionOf(layout, mean, sigma, shrunk(covariance, sigma ** 2), odds);
}

const average = (places: readonly Vector[]): number[] =>
  places[0]!.map((_, i) => places.reduce((sum, x) => sum + x[i]!, 0) / places.length);

/** The n-th root of the determinant of the roots of a covariance. */
const geometricMean = (lengths: Vector): number => Math.exp(lengths.reduce((sum, x) => sum + Math.log(x), 0) / Math.max(1, lengths.length));

const shrunk = (a: Matrix, by: number): Matrix => a.map((row) => row.map((x) => x / by));
