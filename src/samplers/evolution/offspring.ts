import type { Rng } from '../../numeric/random.ts';
import { polynomialMutation, simulatedBinaryCrossover } from '../../numeric/variation.ts';
import { type Axis, active, exists, fromPrior, type Point } from '../../space/axis.ts';

/** How children differ from their parents. */
export interface Variation {
  /** Distribution index of simulated binary crossover: the larger, the closer children stay to their parents. */
  readonly crossoverEta: number;
  /** Distribution index of polynomial mutation: the mean step is about 1 / (index + 2) of the range. */
  readonly mutationEta: number;
}

/**
 * A child of one parent or two, not yet snapped. Ordered axes are crossed by simulated binary crossover and mutated polynomially; the value
 * of an unordered one is that of either parent, and mutates to a draw from the prior.
 *
 * In a conditional space the child has the axes of the branch that it inherits or mutates into. It takes the coordinate of an axis from
 * those of its parents that have the axis, so a branch that one parent has comes whole; in a branch that none has it is drawn from the prior.
 *
 * @param parents snapped
 */
export function offspring(axes: readonly Axis[], parents: readonly [Point, Point?], variation: Variation, rng: Rng): Point {
  const [first, second] = parents;
  const firstHas = active(axes, first);
  const secondHas = second && active(axes, second);
  const { crossoverEta, mutationEta } = variation;
  const mutation = 1 / firstHas.filter(Boolean).length; // so that one axis mutates on average
  const child: number[] = [];
  const has: boolean[] = [];
  for (const [i, axis] of axes.entries()) {
    has.push(exists(axis, axes, child, has));
    if (!has[i]) {
      child.push(0.5);
      continue;
    }
    const gene = inherit(axis, firstHas[i] ? first[i] : undefined, secondHas?.[i] ? second![i] : undefined, crossoverEta, rng);
    child.push(rng() < mutation ? mutate(axis, gene, mutationEta, rng) : gene);
  }
  return child;
}

/** @param a the coordinate of one parent, undefined if it does not have the axis; `b` is that of the other */
function inherit(axis: Axis, a: number | undefined, b: number | undefined, eta: number, rng: Rng): number {
  if (a === undefined || b === undefined) return a ?? b ?? fromPrior(axis, rng);
  const [near, far] = rng() < 0.5 ? [a, b] : [b, a];
  return axis.ordered ? simulatedBinaryCrossover(near, far, eta, rng()) : near;
}

const mutate = (axis: Axis, gene: number, eta: number, rng: Rng): number =>
  axis.ordered ? polynomialMutation(gene, eta, rng()) : fromPrior(axis, rng);
