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
export function updateInbox(inbox: Inbox, proposer: string, told: StrategyEvent | ProposerEvent): Inbox {
  const { proposals } = inbox;
  if (told.type === 'suggested') {
    const used = proposals.findIndex(({ proposal, point }) => proposal === told.proposal || samePoint(point, told.point));
    return used < 0 ? inbox : { ...inbox, proposals: proposals.toSpliced(used, 1) };
  }
  if (!('proposer' in told) || told.proposer !== proposer) return inbox;
  if (told.type === 'proposed') return { proposals: [...proposals, told], isAbsent: false, last: told.proposal };
  if (told.proposal === undefined) return { ...inbox, isAbsent: true };
  return { ...inbox, proposals: proposals.filter(({ proposal }) => proposal !== told.proposal) };
}
