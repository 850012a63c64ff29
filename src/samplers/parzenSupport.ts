import type { CellPrior, Support, SupportCells } from '../numeric/parzen/support.ts';
import type { Axis } from '../space/axis.ts';

/** Ordered axes with more levels are treated as continuous, since kernels are never narrower than a hundredth of the range. */
const MAX_CELLS = 128;

/** The coordinate between two neighbouring levels at which rounding switches from one to the other, by bisection. */
function boundary(of: (coordinate: number) => number, k: number, below: number, above: number): number {
  while (true) {
    const middle = 0.5 * (below + above);
    if (middle <= below || middle >= above) return above;
    if (of(middle) <= k) below = middle;
    else above = middle;
  }
}

function axisCells({ levels, prior: expected, features }: Axis): SupportCells {
  const count = levels!.count;
  const centres = Float64Array.from({ length: count }, (_, k) => levels!.at(k));
  const edges = new Float64Array(count + 1);
  edges[count] = 1;
  for (let k = 1; k < count; k++) edges[k] = boundary(levels!.of, k - 1, centres[k - 1]!, centres[k]!);
  const mass = centres.map((centre, k) => (edges[k + 1]! - edges[k]!) * Math.exp(expected ? expected.logDensity(centre) : 0));
  const prior = cellPrior(mass);
  return { centres, edges, ...prior, ...(features && { around: priorsAround(features, prior) }) };
}

function cellPrior(mass: Float64Array): CellPrior {
  const total = mass.reduce((sum, m) => sum + m, 0);
  let sum = 0;
  return { logPrior: mass.map((m) => Math.log(m / total)), cumulative: mass.map((m) => (sum += m / total)) };
}

/** The part of a prior that prefers levels with alike features. The rest does not, as features may say nothing. */
const ALIKE = 0.5;
/** How near alike levels are: a standard deviation, of the root mean square of the differences of features in [0, 1]. */
const NEARNESS = 0.3;

/** The prior around each level, with more mass on those whose features are near. */
function priorsAround(features: NonNullable<Axis['features']>, { logPrior }: CellPrior): (level: number) => CellPrior {
  const known: CellPrior[] = [];
  const prior = logPrior.map(Math.exp);
  return (level) => {
    known[level] ??= around(features[level]!);
    return known[level];
  };
  function around(centre: readonly number[]): CellPrior {
    const near = prior.map((p, k) => p * Math.exp(-meanSquare(centre, features[k]!) / (2 * NEARNESS ** 2)));
    const total = near.reduce((sum, mass) => sum + mass, 0);
    return cellPrior(near.map((mass, k) => (ALIKE * mass) / total + (1 - ALIKE) * prior[k]!));
  }
}

const meanSquare = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, k) => sum + (x - b[k]!) ** 2, 0) / a.length;

export const supportOnAxis = (axis: Axis): Support => ({
  ordered: axis.ordered,
  cells: axis.levels && (!axis.ordered || axis.levels.count <= MAX_CELLS) ? axisCells(axis) : undefined,
  prior: axis.prior,
});
