import type { Support, SupportCells } from '../numeric/parzen/support.ts';
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

function axisCells({ levels, prior }: Axis): SupportCells {
  const count = levels!.count;
  const centres = Float64Array.from({ length: count }, (_, k) => levels!.at(k));
  const edges = new Float64Array(count + 1);
  edges[count] = 1;
  for (let k = 1; k < count; k++) edges[k] = boundary(levels!.of, k - 1, centres[k - 1]!, centres[k]!);
  const mass = centres.map((centre, k) => (edges[k + 1]! - edges[k]!) * Math.exp(prior ? prior.logDensity(centre) : 0));
  const total = mass.reduce((sum, m) => sum + m, 0);
  const cumulative = new Float64Array(count);
  for (let k = 0, sum = 0; k < count; k++) cumulative[k] = sum += mass[k]! / total;
  return { centres, edges, logPrior: mass.map((m) => Math.log(m / total)), cumulative };
}

export const supportOnAxis = (axis: Axis): Support => ({
  ordered: axis.ordered,
  cells: axis.levels && (!axis.ordered || axis.levels.count <= MAX_CELLS) ? axisCells(axis) : undefined,
  prior: axis.prior,
});
