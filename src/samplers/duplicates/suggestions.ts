import { fingerprint } from '../../numeric/fingerprint.ts';
import { GrowingSet } from '../../numeric/growingSet.ts';
import type { Proposal, Suggested } from '../../strategy/messages.ts';

const keyOf = ({ point, budget = -1, tags }: Proposal): number => fingerprint([...point, budget, Number(tags?.replicate ?? -1)]);

/** What was suggested, as a fold: the same point, budget and `replicate` tag make a duplicate. A promotion never is one. */
export const suggestions = {
  start: GrowingSet.empty<number>(),
  tell: (known: GrowingSet<number>, fact: Suggested): GrowingSet<number> => (fact.resumes === undefined ? known.add(keyOf(fact)) : known),
  has: (known: GrowingSet<number>, proposal: Proposal): boolean => proposal.resumes === undefined && known.has(keyOf(proposal)),
};
