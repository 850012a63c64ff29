import { samePoint } from '../space/axis.ts';
import type { Proposed, ProposerEvent, StrategyEvent } from '../strategy/messages.ts';

/** The proposals of an external proposer, as a fold over facts. */
export interface Inbox {
  /** The usable ones, the oldest first. */
  readonly proposals: readonly Proposed[];
  /** Whether the proposer took too long, and has proposed nothing since. */
  readonly isAbsent: boolean;
  /** Position of its last proposal; 0 before the first. */
  readonly last: number;
}

export const emptyInbox: Inbox = { proposals: [], isAbsent: false, last: 0 };

/** The next state. A proposal is used up by a trial that serves it, and by any other trial of the same configuration. */
export function updateInbox(inbox: Inbox, proposer: string, fact: StrategyEvent | ProposerEvent): Inbox {
  const { proposals } = inbox;
  if (fact.type === 'suggested') {
    const used = proposals.findIndex(({ proposal, point }) => proposal === fact.proposal || samePoint(point, fact.point));
    return used < 0 ? inbox : { ...inbox, proposals: proposals.toSpliced(used, 1) };
  }
  if (!('proposer' in fact) || fact.proposer !== proposer) return inbox;
  if (fact.type === 'proposed') return { proposals: [...proposals, fact], isAbsent: false, last: fact.proposal };
  if (fact.proposal === undefined) return { ...inbox, isAbsent: true };
  return { ...inbox, proposals: proposals.filter(({ proposal }) => proposal !== fact.proposal) };
}
