import { type Rng, rngFor } from '../numeric/random.ts';
import { haltonPoints } from '../numeric/sequences/halton.ts';
import { latinHypercubeDesign } from '../numeric/sequences/latin.ts';
import { sobolPoints } from '../numeric/sequences/sobol.ts';
import type { Point } from '../space/axis.ts';
import type { Env } from '../strategy/env.ts';
import { numberedSequence, type Sequence } from './sequence.ts';

/** The period of these sequences. */
const MAX_POINTS = 2 ** 32;

/** The randomness of the whole stage. Asks are numbered from 1, so their keys differ from this one. */
const stageRng = (env: Env): Rng => rngFor(env.seed, env.name, 0);

/** Transforms uniform coordinates so that they follow the priors. */
export const applyPriors = ({ axes, snap }: Env, uniform: readonly number[]): Point =>
  snap(axes.map(({ prior }, k) => (prior ? prior.quantile(uniform[k]!) : uniform[k]!)));

/** Without scrambling, the first point is skipped: it is the origin, where every axis is at its lower end. */
const quasiRandom = (env: Env, make: (dimension: number, rng?: Rng) => (i: number) => number[], scramble: boolean) => {
  const first = scramble ? 0 : 1;
  const uniform = make(env.axes.length, scramble ? stageRng(env) : undefined);
  return numberedSequence(env, MAX_POINTS - first, (i) => applyPriors(env, uniform(i + first)));
};

export const sobolSequence = (env: Env, scramble: boolean): Sequence<unknown> => quasiRandom(env, sobolPoints, scramble);

export const haltonSequence = (env: Env, scramble: boolean): Sequence<unknown> => quasiRandom(env, haltonPoints, scramble);

export const latinHypercubeSequence = (env: Env, points: number): Sequence<unknown> => {
  const design = latinHypercubeDesign(points, env.axes.length, stageRng(env));
  return numberedSequence(env, points, (i) => applyPriors(env, design[i]!));
};
