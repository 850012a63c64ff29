import type { Env } from '../messages.ts';
import { halton } from '../numeric/halton.ts';
import { latinHypercube } from '../numeric/latin.ts';
import { type Rng, rngFor } from '../numeric/random.ts';
import { sobol } from '../numeric/sobol.ts';
import type { Point } from '../space/axis.ts';
import { numbered, type Sequence } from './sequence.ts';

/** The quasi-random sequences here tell 2^32 points apart. */
const POINTS = 2 ** 32;

/** Of the whole stage: questions are numbered from 1. */
const stageRng = (env: Env): Rng => rngFor(env.seed, env.name, 0);

/** Uniform coordinates, taken to where the priors expect good values. */
export const throughPriors = ({ axes, snap }: Env, uniform: readonly number[]): Point =>
  snap(axes.map(({ prior }, k) => (prior ? prior.quantile(uniform[k]!) : uniform[k]!)));

/** Unscrambled, it starts at the second point: the first is the origin, a corner where every axis is at its least. */
const quasiRandom = (env: Env, make: (dimension: number, rng?: Rng) => (i: number) => number[], scramble: boolean) => {
  const first = scramble ? 0 : 1;
  const uniform = make(env.axes.length, scramble ? stageRng(env) : undefined);
  return numbered(env, POINTS - first, (i) => throughPriors(env, uniform(i + first)));
};

export const sobolSequence = (env: Env, scramble: boolean): Sequence<unknown> => quasiRandom(env, sobol, scramble);

export const haltonSequence = (env: Env, scramble: boolean): Sequence<unknown> => quasiRandom(env, halton, scramble);

export const latinHypercubeSequence = (env: Env, points: number): Sequence<unknown> => {
  const design = latinHypercube(points, env.axes.length, stageRng(env));
  return numbered(env, points, (i) => throughPriors(env, design[i]!));
};
