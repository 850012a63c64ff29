import type { Ask, Env } from '../messages.ts';
import { rngFor } from '../numeric/random.ts';
import { draw } from '../space/axis.ts';
import { countCells } from '../space/cells.ts';
import type { Sequence } from './sequence.ts';
import { type Untried, untriedCells } from './untried.ts';

/** The largest finite space whose cells are drawn without replacement. In larger ones a second draw of a cell is unlikely. */
export const TRACKED = 1e6;

/** Draws from the priors; in a finite space without replacement at each budget, whoever suggested a cell before. */
export function randomSequence(env: Env): Sequence<unknown> {
  return countCells(env.axes) <= TRACKED ? withoutReplacement(env) : withReplacement(env);
}

const withReplacement = (env: Env): Sequence<undefined> => ({
  start: undefined,
  concerns: () => false,
  fold: () => undefined,
  spent: () => false,
  at: (_, { id, retry }) => ({ point: draw(env.axes, rngFor(env.seed, env.name, id, retry)) }),
});

/** How often an ask is answered by a draw from the priors, before any untried cell will do. */
const DRAWS = 20;

function withoutReplacement(env: Env): Sequence<Untried> {
  const cells = untriedCells(env);

  /** All cells that may answer an ask, each once: first those that the priors favour, then the others. */
  function* candidates(state: Untried, { id, budget }: Ask): Generator<number> {
    const drawn = new Set<number>();
    const rng = rngFor(env.seed, env.name, id);
    for (let k = 0; k < DRAWS; k++) {
      const cell = cells.indexOf(env.snap(draw(env.axes, rng)));
      if (drawn.has(cell) || !cells.usable(state, cell, budget)) continue;
      drawn.add(cell);
      yield cell;
    }
    for (const cell of cells.left(state, budget)) if (!drawn.has(cell)) yield cell;
  }

  return {
    start: cells.start,
    concerns: () => true,
    fold: cells.fold,
    spent: () => false, // a budget at which nothing was tried may still come
    at(state, ask) {
      let vetoes = ask.retry ?? 0;
      for (const cell of candidates(state, ask)) if (vetoes-- === 0) return { point: cells.at(cell) };
      return undefined;
    },
  };
}
