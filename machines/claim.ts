import { setup } from 'xstate';

/** What happens to an attempt that a trainer has claimed. */
export type ClaimEvent =
  /** Its objective has begun. */
  | { readonly type: 'begun' }
  /** Its last fact is known: no other one follows. */
  | { readonly type: 'ended' }
  /** The server has all of its facts. */
  | { readonly type: 'stored' };

const claim = setup({ types: {} as { events: ClaimEvent } });

/**
 * The life of a claimed attempt in its trainer. While `pending`, a stop is remembered and an end needs no objective; while `performing`,
 * both go to the objective; once `ended`, only the facts that wait are sent.
 */
export const claimMachine = claim.createMachine({
  id: 'claim',
  initial: 'pending',
  states: {
    pending: { on: { begun: 'performing', ended: 'ended' } },
    performing: { on: { ended: 'ended' } },
    ended: { on: { stored: 'stored' } },
    stored: { type: 'final' },
  },
});
