import { GrowingSet } from '../numeric/growingSet.ts';
import { rngFor } from '../numeric/random.ts';
import { permute } from '../numeric/sequences/permutation.ts';
import type { Point } from '../space/axis.ts';
import { cells } from '../space/cells.ts';
import type { Fold } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import type { Proposal } from '../strategy/messages.ts';
import { findUsable } from './sequence.ts';

interface CellsAtBudget {
  readonly used: GrowingSet<number>;
  /** The position in the shuffled order of the first cell that is untried and feasible. */
  readonly next: number;
}

/** The cells that were tried, by budget: a configuration that was tried for one epoch may be tried again for nine. */
export type Untried = ReadonlyMap<number, CellsAtBudget>;

/** The untried cells of a finite space at each budget; without a budget, those of whole trials. */
export interface UntriedCells extends Fold<Untried, Pick<Proposal, 'point' | 'budget'>> {
  /** Whether a cell is feasible and untried. */
  usable(state: Untried, cell: number, budget?: number): boolean;
  /** All usable cells in a random order. */
  remaining(state: Untried, budget?: number): Generator<number>;
  /** Whether no cell is usable. */
  exhausted(state: Untried, budget?: number): boolean;
  at(cell: number): Point;
  indexOf(point: Point): number;
}

/** @param env of a finite space */
export function untriedCells(env: Env): UntriedCells {
  const { count, at, indexOf } = cells(env);
  const shuffled = permute(count, rngFor(env.seed, env.name, 0));
  const isFree = (used: GrowingSet<number>, cell: number) => !used.has(cell) && env.feasible(at(cell));
  const nextFree = (used: GrowingSet<number>, from: number) => findUsable(from, count, (place) => isFree(used, shuffled(place)));
  const none: CellsAtBudget = { used: GrowingSet.empty(), next: nextFree(GrowingSet.empty(), 0) };
  const usedAt = (state: Untried, budget = Number.POSITIVE_INFINITY) => state.get(budget) ?? none;

  return {
    start: new Map(),
    tell(state, { point, budget = Number.POSITIVE_INFINITY }) {
      const before = usedAt(state, budget);
      const used = before.used.add(indexOf(point));
      return used === before.used ? state : new Map(state).set(budget, { used, next: nextFree(used, before.next) });
    },
    usable: (state, cell, budget) => isFree(usedAt(state, budget).used, cell),
    *remaining(state, budget) {
      const { used, next } = usedAt(state, budget);
      for (let place = next; place < count; place = nextFree(used, place + 1)) yield shuffled(place);
    },
    exhausted: (state, budget) => usedAt(state, budget).next === count,
    at,
    indexOf,
  };
}
