import type { Env } from '../messages.ts';
import { permute } from '../numeric/permutation.ts';
import { rngFor } from '../numeric/random.ts';
import type { Axis } from '../space/axis.ts';
import { cells } from '../space/cells.ts';
import { numbered, type Sequence } from './sequence.ts';

/** The full factorial of the axes' levels, cell by cell; shuffled, a stop at any moment leaves the space covered evenly. */
export function gridSequence(env: Env, levelsOf: (axis: Axis) => number, shuffle: boolean): Sequence<unknown> {
  const { count, at } = cells(env, levelsOf);
  const order = shuffle ? permute(count, rngFor(env.seed, env.name, 0)) : (i: number) => i;
  return numbered(env, count, (i) => at(order(i)));
}
