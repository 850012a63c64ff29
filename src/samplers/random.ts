import { rngFor } from '../numeric/random.ts';
import { draw } from '../space/axis.ts';
import { countCells } from '../space/cells.ts';
import { withFixed } from '../space/fixed.ts';
import type { Env } from '../strategy/env.ts';
import type { Ask } from '../strategy/messages.ts';
import type { ProposedPoint, Sequence } from './sequence.ts';
import { type Untried, untriedCells } from './untried.ts';

/** Larger finite spaces are drawn from with replacement, since repeats are unlikely there. */
export const MAX_TRACKED_CELLS = 1e6;

/** Draws from the priors. In a finite space it skips the cells that were suggested before at the same budget, by any strategy. */
export function randomSequence(env: Env): Sequence<unknown> {
  return countCells(env.axes) <= MAX_TRACKED_CELLS ? withoutReplacement(env) : withReplacement(env);
}

/** A draw of a strategy that has a model, with a tag that says that the model did not choose it. */
export const tagRandom = (drawn: ProposedPoint | undefined): ProposedPoint | undefined =>
  drawn && { point: drawn.point, tags: { acquisition: 'random' } };

const withReplacement = (env: Env): Sequence<undefined> => ({
  start: undefined,
  tell: () => undefined,
  exhausted: () => false,
  propose: (_, { id, retry, fixed }) => ({ point: withFixed(draw(env.axes, rngFor(env.seed, env.name, id, retry)), fixed) }),
});

/** After this many draws of used cells, an ask gets the next untried cell. */
const MAX_PRIOR_DRAWS = 20;

function withoutReplacement(env: Env): Sequence<Untried> {
  const cells = untriedCells(env);

  /** All cells that may answer an ask, each once: first draws from the priors, then the others. */
  function* candidates(state: Untried, { id, budget, fixed }: Ask): Generator<number> {
    const drawn = new Set<number>();
    const rng = rngFor(env.seed, env.name, id);
    for (let k = 0; k < MAX_PRIOR_DRAWS; k++) {
      const cell = cells.indexOf(env.snap(withFixed(draw(env.axes, rng), fixed)));
      if (drawn.has(cell) || !cells.usable(state, cell, budget)) continue;
      drawn.add(cell);
      yield cell;
    }
    for (const cell of cells.remaining(state, budget)) if (!drawn.has(cell)) yield cell;
  }

  return {
    start: cells.start,
    tell: (state, fact) => (fact.type === 'suggested' ? cells.tell(state, fact) : state),
    exhausted: () => false, // an ask with a new budget may follow
    propose(state, ask) {
      let vetoes = ask.retry ?? 0;
      for (const cell of candidates(state, ask)) if (vetoes-- === 0) return { point: cells.at(cell) };
      return undefined;
    },
  };
}
