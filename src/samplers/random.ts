import type { Ask, Env } from '../messages.ts';
import { add, emptySet, type GrowingSet, has } from '../numeric/growingSet.ts';
import { permute } from '../numeric/permutation.ts';
import { rngFor } from '../numeric/random.ts';
import { draw } from '../space/axis.ts';
import { cells, countCells } from '../space/cells.ts';
import { type Sequence, seek } from './sequence.ts';

/** The largest finite space whose cells are drawn without replacement. In larger ones a second draw of a cell is unlikely. */
const TRACKED = 1e6;

/** Draws from the priors; in a finite space without replacement, whoever suggested a cell before. */
export function randomSequence(env: Env): Sequence<unknown> {
  return countCells(env.axes) <= TRACKED ? withoutReplacement(env) : withReplacement(env);
}

const withReplacement = (env: Env): Sequence<undefined> => ({
  start: undefined,
  concerns: () => false,
  fold: () => undefined,
  spent: () => false,
  at: (_, { id, veto }) => ({ point: draw(env.axes, rngFor(env.seed, env.name, id, veto)) }),
});

/** How often an ask is answered by a draw from the priors, before any unused cell will do. */
const DRAWS = 20;

interface Unused {
  readonly used: GrowingSet<number>;
  /** The first place in the shuffled order of the cells whose cell is unused and feasible. */
  readonly next: number;
}

function withoutReplacement(env: Env): Sequence<Unused> {
  const { count, at, indexOf } = cells(env);
  const shuffled = permute(count, rngFor(env.seed, env.name, 0));
  const usable = (used: GrowingSet<number>, cell: number) => !has(used, cell) && env.feasible(at(cell));
  const seekUnused = (used: GrowingSet<number>, from: number) => seek(from, count, (place) => usable(used, shuffled(place)));

  /** All cells that may answer an ask, each once: first those that the priors favour, then the others. */
  function* candidates({ used, next }: Unused, ask: Ask): Generator<number> {
    const drawn = new Set<number>();
    const rng = rngFor(env.seed, env.name, ask.id);
    for (let k = 0; k < DRAWS; k++) {
      const cell = indexOf(env.snap(draw(env.axes, rng)));
      if (drawn.has(cell) || !usable(used, cell)) continue;
      drawn.add(cell);
      yield cell;
    }
    for (let place = next; place < count; place = seekUnused(used, place + 1)) {
      const cell = shuffled(place);
      if (!drawn.has(cell)) yield cell;
    }
  }

  return {
    start: { used: emptySet(), next: seekUnused(emptySet(), 0) },
    concerns: () => true,
    fold(state, { point }) {
      const used = add(state.used, indexOf(point));
      return used === state.used ? state : { used, next: seekUnused(used, state.next) };
    },
    spent: ({ next }) => next === count,
    at(state, ask) {
      let vetoes = ask.veto ?? 0;
      for (const cell of candidates(state, ask)) if (vetoes-- === 0) return { point: at(cell) };
      return undefined;
    },
  };
}
