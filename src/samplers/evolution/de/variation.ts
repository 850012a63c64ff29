import { index, type Rng } from '../../../numeric/random.ts';
import { type Axis, active, exists, fromPrior, type Point } from '../../../space/axis.ts';
import type { Rates } from './adaptation.ts';

/** Four points that a child is made of. */
export interface Donors {
  /** The one that the child competes with. */
  readonly target: Point;
  /** Where a mutant starts from: towards `base` from the target, or at `base` itself. */
  readonly base: Point;
  /** The difference `plus - minus` is added. */
  readonly plus: Point;
  readonly minus: Point;
}

/** Where a mutant starts: `current-to-pbest` moves the target towards one of the best (JADE, Zhang & Sanderson 2009), `rand` starts at any (Storn & Price 1997). */
export type Start = 'current-to-pbest' | 'rand';

/** Probability that a choice is drawn from its prior: differences alone cannot bring back a value that has died out. */
const FRESH = 0.1;

/**
 * A child by differential mutation and binomial crossover, not yet snapped. On an unordered axis a mutant takes the value of the base where the
 * donors agree, and otherwise that of either. An axis that some donors lack comes from the others; if none has it, its value is drawn from the prior.
 *
 * @param donors snapped
 */
export function differentialChild(axes: readonly Axis[], donors: Donors, start: Start, { scale, crossover }: Rates, rng: Rng): Point {
  const all = [donors.target, donors.base, donors.plus, donors.minus];
  const owners = all.map((point) => active(axes, point));
  const forced = index(rng, axes.length);
  const child: number[] = [];
  const has: boolean[] = [];
  for (const [i, axis] of axes.entries()) {
    has.push(exists(axis, axes, child, has));
    const values = all.map((point, k) => (owners[k]![i] ? point[i]! : undefined));
    const crosses = rng() < crossover || i === forced;
    if (!has[i]) child.push(0.5);
    else child.push(crosses ? mutant(axis, values, start, scale, rng) : (values[0] ?? mutant(axis, values, start, scale, rng)));
  }
  return child;
}

function mutant(axis: Axis, [target, base, plus, minus]: readonly (number | undefined)[], start: Start, scale: number, rng: Rng): number {
  const inherited = base ?? plus ?? minus ?? target ?? fromPrior(axis, rng);
  if (!axis.ordered) return rng() < FRESH ? fromPrior(axis, rng) : rng() < scale && plus !== minus ? (plus ?? inherited) : inherited;
  if (target === undefined || base === undefined || plus === undefined || minus === undefined) return inherited;
  const from = start === 'rand' ? base : target + scale * (base - target);
  return within(from + scale * (plus - minus), start === 'rand' ? base : target);
}

/** Moves a coordinate beyond a bound to the midpoint between its origin and the bound (JADE). */
const within = (u: number, from: number): number => (u < 0 ? from / 2 : u > 1 ? (from + 1) / 2 : u);
