import { rngFor } from '../numeric/random.ts';
import { permute } from '../numeric/sequences/permutation.ts';
import type { Axis } from '../space/axis.ts';
import { cells } from '../space/cells.ts';
import type { Env } from '../strategy/env.ts';
import { numberedSequence, type Sequence } from './sequence.ts';

/** All combinations of the axes' levels. If shuffled, the points tried so far cover the space evenly at any time. */
export function gridSequence(env: Env, levelsOf: (axis: Axis) => number, shuffle: boolean): Sequence<unknown> {
  const { count, at } = cells(env, levelsOf);
  const order = shuffle ? permute(count, rngFor(env.seed, env.name, 0)) : (i: number) => i;
  return numberedSequence(env, count, (i) => at(order(i)));
}
