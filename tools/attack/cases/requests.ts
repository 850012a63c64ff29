import { setTimeout } from 'node:timers/promises';
import { digits } from '../../../test/server/support.ts';
import { casesOf } from '../attack.ts';
import { changes, guarded, open, type Server } from './interface.ts';

const attack = casesOf('interface');

/** The trial that the trainer w1 holds. */
const claimed = async (at: Server) => (await at.post('studies/digits/ask', {}, at.as('w1'))).body as { trial: number; run: string };

/** Attacks of trainers on each other, and requests that take the room of others. */
export const requestAttacks = [
  attack('asks of one trainer', "an ask with another trainer's run at the same time", async (world) => {
    const at = await guarded(world);
    // Both wait, since the study has no trial left to give until one of the first two has ended.
    const held = [await claimed(at), await claimed(at)];
    const asked = (['w1', 'w2'] as const).map((user) => at.post('studies/digits/ask', { run: 'r', wait: 5 }, at.as(user)));
    await setTimeout(300);
    for (const { trial, run } of held) await at.post(`studies/digits/trials/${trial}/tell`, { run, values: { loss: 1 } }, at.as('w1'));
    const [one, other] = await Promise.all(asked);
    return one!.body.trial !== undefined && one!.body.trial === other!.body.trial;
  }),
  attack('requests of one user', "the name of another trainer's request, used first", async (world) => {
    const at = await guarded(world);
    const { trial, run } = await claimed(at);
    const own = (await at.post('studies/digits/ask', {}, at.as('w2'))).body;
    const key = { 'Idempotency-Key': 'guessed' };
    await at.post(`studies/digits/trials/${own.trial}/tell`, { run: own.run, values: { loss: 1 } }, { ...at.as('w2'), ...key });
    const told = await at.post(`studies/digits/trials/${trial}/tell`, { run, values: { loss: 1 } }, { ...at.as('w1'), ...key });
    return told.status !== 200;
  }),
  attack('length of waiting', 'an ask that waits for years', async (world) => {
    const at = await open(world, {}, { ...digits, trials: 1, parallel: 1 });
    await at.post('studies/digits/ask');
    return world.staysAway(
      at.post('studies/digits/ask', { wait: 1e6 }).catch(() => {}),
      1000,
    );
  }),
  attack(
    'open trials',
    'results of trials that there are not fill the log',
    changes((at) => at.post('studies/digits/trials/77/tell', { run: 'r', values: { loss: 0 } }), open),
  ),
];
