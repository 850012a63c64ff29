import { rngFor } from '../numeric/random.ts';
import { sobolPoints } from '../numeric/sequences/sobol.ts';
import type { Point } from '../space/axis.ts';
import type { Env } from '../strategy/env.ts';
import { numberedSequence, type Sequence } from './sequence.ts';

/** The period of the sequence. */
const MAX_POINTS = 2 ** 32;

/** Transforms uniform coordinates so that they follow the priors. */
export const applyPriors = ({ axes, snap }: Env, uniform: readonly number[]): Point =>
  snap(axes.map(({ prior }, k) => (prior ? prior.quantile(uniform[k]!) : uniform[k]!)));

/** Scrambled: without, the first point would be the origin, where every axis is at its lower end. */
export function sobolSequence(env: Env): Sequence<unknown> {
  // Asks are numbered from 1, so their keys differ from this one.
  const uniform = sobolPoints(env.axes.length, rngFor(env.seed, env.name, 0));
  return numberedSequence(env, MAX_POINTS, (i) => applyPriors(env, uniform(i)));
}
