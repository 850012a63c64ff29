import { setup } from 'xstate';

/** The events of an attempt that a trainer has claimed. */
export type ClaimEvent =
  /** Its objective has begun. */
  | { readonly type: 'begun' }
  /** Its last fact has been written. */
  | { readonly type: 'ended' }
  /** The server has all of its facts. */
  | { readonly type: 'stored' };

const claim = setup({ types: {} as { events: ClaimEvent } });

/**
 * The life of a claimed attempt in its trainer. `pending`: the objective has not begun, so a stop is kept for it. `performing`: the objective runs,
 * and receives stops. `ended`: only facts that are not yet sent remain.
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
