import {
  type CategoricalDistribution,
  categoricalDistribution,
  leastOdds,
  updateCategorical,
  valuesAt,
  withProbabilityMargin as withLeastOdds,
} from '../../../numeric/cma/categorical.ts';
import { adaptGaussian, clippedStep, diagonal, type Gaussian, gaussian, stepAt, type Vector } from '../../../numeric/cma/gaussian.ts';
import { withNormalMargin } from '../../../numeric/cma/margin.ts';
import type { CmaParameters } from '../../../numeric/cma/parameters.ts';
import { ndtri } from '../../../numeric/distributions/normal.ts';
import type { Rng } from '../../../numeric/random.ts';
import { clampUnit } from '../../../numeric/vectors.ts';
import { type Axis, active, type Point } from '../../../space/axis.ts';
import { supportOnAxis } from '../../parzenSupport.ts';

/** The axes of the two halves of a distribution. */
export interface Layout {
  readonly axes: readonly Axis[];
  /** Indices of the axes of the normal distribution, and the edges between the values of those that have finitely many. */
  readonly ordered: readonly number[];
  readonly edges: readonly (ArrayLike<number> | undefined)[];
  /** Indices of the unordered axes, and their prior odds. */
  readonly unordered: readonly number[];
  readonly odds: readonly (readonly number[])[];
}

export function layoutOf(axes: readonly Axis[]): Layout {
  const supports = axes.map(supportOnAxis);
  const indices = (wanted: boolean) => [...axes.keys()].filter((i) => axes[i]!.ordered === wanted);
  const [ordered, unordered] = [indices(true), indices(false)];
  return {
    axes,
    ordered,
    edges: ordered.map((i) => supports[i]!.cells?.edges.slice(1, -1)),
    unordered,
    odds: unordered.map((i) => {
      const odds = Array.from(supports[i]!.cells!.logPrior, Math.exp);
      return withLeastOdds(odds, leastOdds(unordered.length, odds.length));
    }),
  };
}

/** The distribution that a CMA-ES samples: N(mean, (sigma scale)^2 C) for the ordered axes, and odds for the values of the others. */
export interface SearchDistribution {
  readonly normal: Gaussian;
  /** Deviations relative to those of `normal`, by which the margin widens an axis of few values: the diagonal A of CMAwM. */
  readonly scale: Vector;
  readonly choices: CategoricalDistribution;
}

export function distributionOf(
  layout: Layout,
  mean: Vector,
  sigma: number,
  covariance = diagonal(mean.map(() => 1)),
  odds = layout.odds,
): SearchDistribution {
  return { normal: gaussian(mean, sigma, covariance), scale: mean.map(() => 1), choices: categoricalDistribution(odds) };
}

/** A draw: on axes of finitely many values before it is rounded. */
export interface Genes {
  readonly ordered: Vector;
  /** Numbers of values, by unordered axis; undefined if a point lacks the axis. */
  readonly values: readonly (number | undefined)[];
}

/** How often a draw outside the box is repeated before it is moved to the edge of the box. */
const TRIES = 30;

/**
 * A draw with a continuous coordinate outside the box is repeated. A coordinate of few values moves to the nearest value: the margin relies on its
 * tails.
 *
 * @param first uniform numbers for the first draw, the ordered axes before the others: they may be spread more evenly than random ones.
 */
export function drawGenes({ edges }: Layout, { normal, scale, choices }: SearchDistribution, first: readonly number[], rng: Rng): Genes {
  const values = valuesAt(choices, first.slice(edges.length));
  let uniform = first.slice(0, edges.length);
  for (let tries = 1; ; tries++) {
    const y = stepAt(normal, uniform.map(standard));
    const ordered = y.map((v, i) => normal.mean[i]! + normal.sigma * scale[i]! * v);
    if (ordered.every((x, i) => edges[i] || (x >= 0 && x <= 1))) return { ordered, values };
    if (tries === TRIES) return { ordered: ordered.map((x, i) => (edges[i] ? x : clampUnit(x))), values };
    uniform = edges.map(() => rng());
  }
}

/** A uniform number in [0, 1), to 32 bits, as a standard normal one. */
const standard = (u: number): number => ndtri(u + 2 ** -33 * (1 - 2 * u));

/** Not yet snapped. */
export function pointOf({ axes, ordered, unordered }: Layout, genes: Genes): Point {
  const point = axes.map(() => 0.5);
  for (const [k, i] of ordered.entries()) point[i] = clampUnit(genes.ordered[k]!);
  for (const [k, i] of unordered.entries()) point[i] = axes[i]!.levels!.at(genes.values[k]!);
  return point;
}

/** The genes of a point whose draw is unknown. */
export function genesOf({ axes, ordered, unordered }: Layout, point: Point): Genes {
  const has = active(axes, point);
  return {
    ordered: ordered.map((i) => point[i]!),
    values: unordered.map((i) => (has[i] ? axes[i]!.levels!.of(point[i]!) : undefined)),
  };
}

/** The genes of a draw, without the values of axes that its point does not have: they were not run. */
export function expressed({ axes, unordered }: Layout, { ordered, values }: Genes, point: Point): Genes {
  const has = active(axes, point);
  return { ordered, values: values.map((value, k) => (has[unordered[k]!] ? value : undefined)) };
}

/** A result that a distribution learns from. */
export interface Lesson {
  readonly genes: Genes;
  /** Whether it was drawn from another distribution. */
  readonly foreign: boolean;
}

/** @param lessons as many as the population, the best first. */
export function updated(
  layout: Layout,
  distribution: SearchDistribution,
  parameters: CmaParameters,
  lessons: readonly Lesson[],
): SearchDistribution {
  const chosen = lessons.filter((_, k) => parameters.weights[k]! > 0);
  const choices = updateCategorical(
    distribution.choices,
    chosen.map(({ genes }) => genes.values),
    parameters.weights,
  );
  if (layout.ordered.length === 0) return { ...distribution, choices };
  const { normal, scale } = distribution;
  const steps = lessons.map(({ genes, foreign }) => {
    const y = genes.ordered.map((x, i) => (x - normal.mean[i]!) / (normal.sigma * scale[i]!));
    return foreign ? clippedStep(normal, y) : y;
  });
  const next = adaptGaussian(normal, parameters, steps);
  const mean = next.mean.map((m, i) => normal.mean[i]! + scale[i]! * (m - normal.mean[i]!));
  const margin = 1 / (lessons.length * layout.axes.length);
  return { ...guarded(layout, { ...next, mean }, scale, margin), choices };
}

/** The distribution with its margins, and no wider than the box. */
function guarded({ edges }: Layout, distribution: Gaussian, scale: Vector, margin: number): Pick<SearchDistribution, 'normal' | 'scale'> {
  const widest = Math.max(...scale.map((a, i) => a * Math.sqrt(distribution.covariance[i]![i]!)));
  const normal = { ...distribution, sigma: Math.min(distribution.sigma, 1 / widest) };
  const marginals = edges.map((of, i) => {
    const deviation = normal.sigma * scale[i]! * Math.sqrt(normal.covariance[i]![i]!);
    const kept = of ? withNormalMargin({ mean: normal.mean[i]!, deviation }, of, margin) : { mean: normal.mean[i]!, deviation };
    return { mean: kept.mean, scale: (scale[i]! * kept.deviation) / deviation };
  });
  return { normal: { ...normal, mean: marginals.map(({ mean }) => mean) }, scale: marginals.map((marginal) => marginal.scale) };
}
