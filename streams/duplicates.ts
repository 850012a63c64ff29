import type { Ask, Proposal, Propose, Suggested, TrialId, Wait } from '../src/messages.ts';
import { fingerprint } from '../src/numeric/fingerprint.ts';
import type { Domain } from '../src/space/axis.ts';

/** What was suggested before: the same point, budget and `replicate` tag make a duplicate. A promotion never is one. */
export interface Seen {
  add(told: Suggested): void;
  has(proposal: Proposal): boolean;
}

export function createSeen(): Seen {
  const keys = new Set<number>();
  const keyOf = ({ point, budget = -1, tags }: Proposal) => fingerprint([...point, budget, Number(tags?.replicate ?? -1)]);
  return {
    add: (told) => {
      if (told.resumes === undefined) keys.add(keyOf(told));
    },
    has: (proposal) => proposal.resumes === undefined && keys.has(keyOf(proposal)),
  };
}

/** How often an ask is put anew before its stage is taken to have nothing new. */
const VETOES = 64;

export interface Duplicates {
  add(told: Suggested): void;
  /** Puts an ask, again and again with another veto while the answer is a duplicate. */
  ask(id: TrialId, put: (ask: Ask) => Ask | Propose | Wait): Ask | Propose | Wait;
}

/** The policy `duplicates: 'forbid'`. */
export function createDuplicates(_domain: Domain): Duplicates {
  const seen = createSeen();
  return {
    add: seen.add,
    ask(id, put) {
      const ask: Ask = { type: 'ask', id };
      for (let veto = 0, tries = 0; tries < VETOES; tries++) {
        const reply = put(veto === 0 ? ask : { ...ask, veto });
        if (reply.type !== 'propose' || !seen.has(reply)) return reply;
        veto = (reply.veto ?? 0) + 1;
      }
      return ask;
    },
  };
}
