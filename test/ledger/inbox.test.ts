import { expect, it } from 'vitest';
import { emptyInbox, updateInbox } from '../../src/ledger/inbox.ts';
import type { ProposerEvent } from '../../src/messages.ts';

const after = (...told: ProposerEvent[]) => told.reduce((inbox, event) => updateInbox(inbox, 'agent', event), emptyInbox);
const proposed: ProposerEvent = { type: 'proposed', proposer: 'agent', proposal: 7, point: [0.5] };
const expired: ProposerEvent = { type: 'expired', proposer: 'agent' };

it('a proposer that took too long is absent until it proposes', () => {
  expect(after(expired)).toMatchObject({ isAbsent: true });
  expect(after(expired, proposed)).toMatchObject({ isAbsent: false, proposals: [proposed] });
});

it('a proposer whose proposal came just in time is not absent', () => {
  expect(after(proposed, expired)).toMatchObject({ isAbsent: false, proposals: [proposed] });
  expect(after(proposed, { ...expired, proposal: 7 }, expired)).toMatchObject({ isAbsent: true, proposals: [] });
});
