import type { Env, Proposal } from '../messages.ts';
import { add, emptySet, type GrowingSet, has } from '../numeric/growingSet.ts';
import { permute } from '../numeric/permutation.ts';
import { rngFor } from '../numeric/random.ts';
import type { Point } from '../space/axis.ts';
import { cells } from '../space/cells.ts';
import { seek } from './sequence.ts';

interface Used {
  readonly used: GrowingSet<number>;
  /** The first place in the shuffled order of the cells whose cell is unused and feasible. */
  readonly next: number;
}

/** Which cells were tried, at each budget: a configuration tried for one epoch is not known at nine. */
export type Untried = ReadonlyMap<number, Used>;

/** The cells of a finite space, as far as they are still to be tried at a budget. Without a budget: as whole trials. */
export interface UntriedCells {
  readonly start: Untried;
  fold(state: Untried, tried: Pick<Proposal, 'point' | 'budget'>): Untried;
  /** Whether a cell is feasible and was not tried. */
  usable(state: Untried, cell: number, budget?: number): boolean;
  /** All usable cells, in an order shuffled by the seed. */
  left(state: Untried, budget?: number): Generator<number>;
  /** Whether there is no usable cell. */
  exhausted(state: Untried, budget?: number): boolean;
  at(cell: number): Point;
  indexOf(point: Point): number;
}

/** @param env of a finite space */
export function untriedCells(env: Env): UntriedCells {
  const { count, at, indexOf } = cells(env);
  const shuffled = permute(count, rngFor(env.seed, env.name, 0));
  const free = (used: GrowingSet<number>, cell: number) => !has(used, cell) && env.feasible(at(cell));
  const seekFree = (used: GrowingSet<number>, from: number) => seek(from, count, (place) => free(used, shuffled(place)));
  const fresh: Used = { used: emptySet(), next: seekFree(emptySet(), 0) };
  const usedAt = (state: Untried, budget = Number.POSITIVE_INFINITY) => state.get(budget) ?? fresh;

  return {
    start: new Map(),
    fold(state, { point, budget = Number.POSITIVE_INFINITY }) {
      const before = usedAt(state, budget);
      const used = add(before.used, indexOf(point));
      return used === before.used ? state : new Map(state).set(budget, { used, next: seekFree(used, before.next) });
    },
    usable: (state, cell, budget) => free(usedAt(state, budget).used, cell),
    *left(state, budget) {
      const { used, next } = usedAt(state, budget);
      for (let place = next; place < count; place = seekFree(used, place + 1)) yield shuffled(place);
    },
    exhausted: (state, budget) => usedAt(state, budget).next === count,
    at,
    indexOf,
  };
}
