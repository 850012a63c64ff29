import { type Ask, type Env, type Proposal, type Propose, propose, type Suggested, type TrialId, type Wait } from '../../src/messages.ts';
import { fingerprint } from '../../src/numeric/fingerprint.ts';
import { GrowingSet } from '../../src/numeric/growingSet.ts';
import { randomSequence } from '../../src/samplers/random.ts';
import { countCells } from '../../src/space/cells.ts';

const keyOf = ({ point, budget = -1, tags }: Proposal): number => fingerprint([...point, budget, Number(tags?.replicate ?? -1)]);

/** What was suggested, as a fold: the same point, budget and `replicate` tag make a duplicate. A promotion never is one. */
export const suggestions = {
  start: GrowingSet.empty<number>(),
  add: (known: GrowingSet<number>, told: Suggested): GrowingSet<number> => (told.resumes === undefined ? known.add(keyOf(told)) : known),
  has: (known: GrowingSet<number>, proposal: Proposal): boolean => proposal.resumes === undefined && known.has(keyOf(proposal)),
};

/** The policy `duplicates: 'forbid'`. */
export interface Duplicates {
  add(told: Suggested): void;
  /** Puts an ask, again with another retry while the answer is a duplicate. */
  ask(id: TrialId, put: (ask: Ask) => Ask | Propose | Wait): Ask | Propose | Wait;
}

/** How often an ask is put anew before its strategy is taken to have nothing new. */
const VETOES = 64;

/** Once a strategy has nothing new, a configuration that nobody has tried is drawn in its name, as long as a finite space has one. */
export function createDuplicates(env: Env): Duplicates {
  let known = suggestions.start;
  const rest = Number.isFinite(countCells(env.axes)) ? randomSequence({ ...env, name: 'rest' }) : undefined;
  let state = rest?.start;
  const drawn = (ask: Ask, { by, budget, tags }: Propose): Ask | Propose => {
    const draw = rest?.propose(state, budget === undefined ? ask : { ...ask, budget });
    if (draw === undefined) return ask;
    return { ...propose(ask, by, draw.point, { ...tags, drawn: 'anew' }), ...(budget !== undefined && { budget }) };
  };
  return {
    add(told) {
      known = suggestions.add(known, told);
      if (rest?.advances(told)) state = rest.fold(state, told);
    },
    ask(id, put) {
      const ask: Ask = { type: 'ask', id };
      let reply = put(ask);
      for (let tries = 0; reply.type === 'propose' && suggestions.has(known, reply); tries++) {
        if (tries === VETOES) return drawn(ask, reply);
        reply = put({ ...ask, retry: (reply.retry ?? 0) + 1 });
      }
      return reply;
    },
  };
}
