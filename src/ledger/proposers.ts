import type { ExpiredFact, ProposedFact } from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import { fingerprint } from '../numeric/fingerprint.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { type Point, samePoint } from '../space/axis.ts';
import type { Proposed, ProposerEvent, Suggested, TrialId } from '../strategy/messages.ts';
import type { Applied } from './appliedEntry.ts';
import { refuse } from './claim.ts';
import { emptyInbox, type Inbox, updateInbox } from './inbox.ts';

/** How many proposals of one proposer may wait. */
export const MOST_PROPOSALS = 64;

/** The external proposers, and which of their proposals count. */
export class Proposers {
  readonly #inboxes = new Map<string, Inbox>();
  /** The trial of each configuration, by its fingerprint. */
  readonly #tried = new Map<number, TrialId>();
  /** Suggestions that are not yet among them: only studies with a proposer need them. */
  #untold: Suggested[] = [];
  /** Whether a configuration may be tried twice. */
  repeats = false;

  of(proposer: string): Inbox {
    return this.#inboxes.get(proposer) ?? emptyInbox;
  }

  tell(fact: Suggested): void {
    this.#untold.push(fact);
    for (const [proposer, inbox] of this.#inboxes) this.#inboxes.set(proposer, updateInbox(inbox, proposer, fact));
  }

  /** Why a configuration cannot be proposed. */
  refuses({ proposer }: ProposedFact, point: Point): Refusal | undefined {
    const { proposals } = this.of(proposer);
    if (proposals.length >= MOST_PROPOSALS) return refuse('too-many', `${proposals.length} proposals of ${proposer} are already waiting`);
    if (this.repeats) return undefined;
    for (const { point, id } of this.#untold) this.#tried.set(fingerprint(point), id);
    this.#untold = [];
    const trial = this.#tried.get(fingerprint(point));
    if (trial !== undefined) return refuse('duplicate', `trial ${trial} has this configuration already`);
    const same = proposals.find((proposal) => samePoint(proposal.point, point));
    return same && refuse('duplicate', `proposal ${same.proposal} of ${proposer} has this configuration already`);
  }

  propose(fact: ProposedFact, proposal: number, point: Point): Applied<never> {
    const { proposer, note } = fact;
    const event: Proposed = omitUndefined({ type: 'proposed', proposer, proposal, point, note });
    this.#update(event);
    return { effect: 'proposed', fact, event };
  }

  expire(fact: ExpiredFact): Applied<never> {
    const { proposer, proposal, known = Number.POSITIVE_INFINITY } = fact;
    const isBack = proposal === undefined && this.of(proposer).last > known; // it proposed just before its time was up
    if (isBack) return { effect: 'noted', fact };
    const event: ProposerEvent = omitUndefined({ type: 'expired', proposer, proposal });
    this.#update(event);
    return { effect: 'expired', fact, event };
  }

  #update(event: ProposerEvent): void {
    this.#inboxes.set(event.proposer, updateInbox(this.of(event.proposer), event.proposer, event));
  }
}
