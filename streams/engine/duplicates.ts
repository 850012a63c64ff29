import { suggestions } from '../../src/samplers/duplicates/suggestions.ts';
import { randomSequence } from '../../src/samplers/random.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Point } from '../../src/space/axis.ts';
import { countCells } from '../../src/space/cells.ts';
import type { Env } from '../../src/strategy/env.ts';
import { type Answer, type Ask, type Propose, propose, type Suggested } from '../../src/strategy/messages.ts';
import { askUntil } from '../kernel/asking.ts';

/** The policy `duplicates: 'forbid'`. */
export interface Duplicates {
  tell(fact: Suggested): void;
  /** Whether a proposal was suggested before. */
  has(proposal: Propose): boolean;
  /** Asks, and retries while the answer is a duplicate. */
  ask(first: Ask, put: (ask: Ask) => Answer): Answer;
}

/** How many retries a strategy gets to propose something new. */
const RETRIES = 64;
/** The tag of a draw. */
const DRAWN = 'anew';
/** After this many draws in a row in an infinite space, a strategy counts as having nothing new to propose. Otherwise the study would never end. */
const DRAWS = 100;

/**
 * If a strategy proposes nothing new, an untried configuration is drawn and recorded under its path, as long as a finite space has one, or {@link
 * DRAWS} times in a row.
 *
 * @param drawIn draws a point of a space that is not finite
 */
export function createDuplicates(env: Env, drawIn: (ask: Ask, by: string) => Point): Duplicates {
  let known = suggestions.start;
  const rest = Number.isFinite(countCells(env.axes)) ? randomSequence({ ...env, name: 'rest' }) : undefined;
  let state = rest?.start;
  let drawnInARow = 0;
  const untried = (ask: Ask, reply: Propose): Point | undefined => {
    const { by, budget } = reply;
    if (rest) return rest.propose(state, budget === undefined ? ask : { ...ask, budget })?.point;
    for (let tries = 1; tries <= RETRIES && drawnInARow < DRAWS; tries++) {
      const point = drawIn({ ...ask, retry: RETRIES + tries }, by);
      if (!suggestions.has(known, { ...reply, point })) return point;
    }
    return undefined;
  };
  const drawn = (ask: Ask, reply: Propose): Ask | Propose => {
    const { by, budget, tags } = reply;
    const point = untried(ask, reply);
    return point === undefined ? ask : { ...propose(ask, by, point, { ...tags, drawn: DRAWN }), ...omitUndefined({ budget }) };
  };
  return {
    tell(fact) {
      known = suggestions.tell(known, fact);
      drawnInARow = fact.tags?.drawn === DRAWN && fact.by.startsWith(env.name) ? drawnInARow + 1 : 0;
      if (rest) state = rest.tell(state, fact);
    },
    has: (proposal) => suggestions.has(known, proposal),
    ask(ask, put) {
      const accepts = (proposal: Propose) => !suggestions.has(known, proposal);
      return askUntil(ask, { tries: RETRIES + 1, put, accepts, otherwise: (last) => drawn(ask, last) });
    },
  };
}
