import { expect, it } from 'vitest';
import { Roster } from '../../../../streams/nats/serve/roster.ts';

it('counts the slots of those that are connected, whatever one of them says of itself', () => {
  const roster = new Roster();
  roster.hear('a', { slots: 3 }, 0);
  for (const name of ['x', 'y', 'z']) roster.hear(name, { slots: Number.MAX_SAFE_INTEGER }, 0);
  roster.hear('b', { slots: 1 }, 0);
  for (const name of ['x', 'y', 'z']) roster.hear(name, { ended: true }, 0);
  expect(roster.slots(0)).toBe(4);
  roster.hear('a', { slots: 2 }, 16_000);
  expect(roster.slots(20_000)).toBe(2);
});
