import { headers, type Msg } from '@nats-io/nats-core';
import { trainer } from '../../../streams/nats/index.ts';
import { casesOf } from '../attack.ts';
import type { Victim } from '../world.ts';

const spoofing = casesOf('spoofing');

/** Publishes its own facts under the ids that would come after one that counts. */
async function useNext(at: Victim, id: string): Promise<void> {
  const w1 = await at.as('w1');
  for (let i = 1; i <= 5; i++) {
    const head = headers();
    head.set(
      'Nats-Msg-Id',
      id.replace(/\d+$/, (count) => String(Number(count) + i)),
    );
    await w1.request(at.subjects.by('w1', 9), '{}', { headers: head, timeout: 2000 });
  }
}

/** Asks the engine as a viewer, with a reply subject that is no inbox. */
const answersTo = (subject: (at: Victim) => string) => async (at: Victim) => {
  const viewer = await at.as('viewer');
  const to = subject(at);
  const isSent = (message: Msg) => message.subject === to;
  return at.arrives(isSent, async () => {
    viewer.publish(at.subjects.rpc('status'), '{}', { reply: to });
    await viewer.request(at.subjects.rpc('status'), '{}'); // is answered after it
  });
};

export const messageAttacks = [
  spoofing('random message ids', "a trainer uses the ids of another trainer's next facts", async (world) => {
    const at = await world.study({ parallel: 2 });
    const w2 = await at.as('w2');
    const objective = async () => {
      const last = await w2.request(`$JS.API.DIRECT.GET.${at.subjects.stream}.${at.subjects.by('*', 2)}`);
      await useNext(at, last.headers!.get('Nats-Msg-Id'));
      return 5;
    };
    const { close } = trainer(w2, at.study, objective, { name: 'w2' });
    const result = at.until('completed', { trial: 2 });
    const isLost = await at.staysAway(result);
    void close().catch(() => {});
    return isLost;
  }),
  spoofing('random message ids', "a trainer uses the ids of the engine's next suggestions", async (world) => {
    const at = await world.study();
    await useNext(at, (await at.pull('w1')).headers!.get('Nats-Msg-Id'));
    await at.say('w2', 1, { type: 'completed', run: 'r1', values: { value: 1 } });
    return at.staysAway(at.until('suggested', { trial: 3 }));
  }),
  spoofing('author of heartbeats', 'a trainer keeps the run of a dead trainer alive', async (world) => {
    const at = await world.study({ lease: 0.3 });
    const w1 = await at.as('w1');
    const beating = setInterval(() => w1.publish(at.subjects.beat('w1', 1), '{"run":"r1"}'), 50);
    const isAlive = await at.staysAway(at.until('failed', { reason: 'lost', run: 'r1' }));
    clearInterval(beating);
    return isAlive;
  }),
  spoofing('answers to inboxes', 'a viewer has an answer written into the log', async (world) =>
    answersTo(({ subjects }) => subjects.study)(await world.study()),
  ),
  spoofing('answers to inboxes', 'a viewer has an answer sent as a stop', async (world) =>
    answersTo(({ subjects }) => subjects.directive(1))(await world.study()),
  ),
  spoofing('answers to inboxes', 'a viewer has an answer sent as a rejection', async (world) =>
    answersTo(({ subjects }) => subjects.rejected('w2'))(await world.study()),
  ),
];
