import type { Msg } from '@nats-io/nats-core';
import { casesOf } from '../attack.ts';
import type { Victim } from '../world.ts';

const spoofing = casesOf('spoofing');

/** Asks the engine as a viewer, with a reply subject that is no inbox. */
const answersTo = (subject: (at: Victim) => string) => async (at: Victim) => {
  const viewer = await at.as('viewer');
  const to = subject(at);
  const isSent = (message: Msg) => message.subject === to;
  return at.arrives(isSent, async () => {
    viewer.publish(at.subjects.rpc('study'), '{}', { reply: to });
    await viewer.request(at.subjects.rpc('study'), '{}'); // is answered after it
  });
};

export const messageAttacks = [
  spoofing('author of heartbeats', 'a trainer keeps the run of a dead trainer alive', async (world) => {
    const at = await world.study({ lease: 0.3 });
    const w1 = await at.as('w1');
    const beating = setInterval(() => w1.publish(at.subjects.beat('w1', 1), '{"run":"r1"}'), 50);
    const isAlive = await at.staysAway(at.until('failed', { reason: 'lost', run: 'r1' }));
    clearInterval(beating);
    return isAlive;
  }),
  spoofing('answers to inboxes', 'a viewer has an answer sent as a stop', async (world) =>
    answersTo(({ subjects }) => subjects.directive(1))(await world.study()),
  ),
  spoofing('answers to inboxes', 'a viewer has an answer sent as a rejection', async (world) =>
    answersTo(({ subjects }) => subjects.rejected('w2'))(await world.study()),
  ),
];
