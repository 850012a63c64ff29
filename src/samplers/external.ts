import { emptyInbox, type Inbox, updateInbox } from '../ledger/inbox.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { type Core, verdictAround } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import { type Answer, type Ask, type ProposerEvent, propose, type StrategyEvent, wait } from '../strategy/messages.ts';

/**
 * The proposals of an external proposer.
 *
 * @param seconds to wait for a proposal
 */
export function externalCore(
  env: Env,
  proposer: string,
  seconds: number,
): Core<Inbox, 'awaiting' | 'proposing' | 'absent', 'proposed' | 'missed' | 'reconsidered', StrategyEvent | ProposerEvent> {
  const waitFor = (ask: Ask): Answer => ({ ...wait(ask, env.name, 'proposal'), proposer, seconds });
  const isAbsent = (inbox: Inbox) => inbox.isAbsent || seconds === 0;
  return {
    start: emptyInbox,
    tell: (inbox, fact) => (fact.type === 'reported' || fact.type === 'ended' ? inbox : updateInbox(inbox, proposer, fact)),
    verdict(inbox, phase) {
      const due = inbox.proposals.length > 0 ? 'proposed' : isAbsent(inbox) ? 'missed' : undefined;
      return verdictAround(due, phase, { proposing: 'proposed', absent: 'missed' });
    },
    answers: {
      awaiting: (_, ask) => waitFor(ask),
      /** The oldest proposal; after a rejected one, the next. If all are rejected, none is left. */
      proposing(inbox, ask) {
        const next = inbox.proposals[ask.retry ?? 0];
        if (!next) return isAbsent(inbox) ? ask : waitFor(ask);
        const { point, proposal, note } = next;
        return { ...propose(ask, env.name, point, omitUndefined({ note })), proposal };
      },
      absent: (_, ask) => ask,
    },
  };
}
