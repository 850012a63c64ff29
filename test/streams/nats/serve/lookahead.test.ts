import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { engineOn, fresh, handOn, isFact } from '../world.ts';

const server = natsOfTests();

/** An engine of a study whose `parallel` is larger than all trainers need. */
async function wide() {
  const study = fresh();
  const engine = await engineOn(server, { study, trials: 100_000, parallel: 100_000, lease: 60 });
  await engine.started;
  const hand = await handOn(server, study);
  const announce = (trainer: string, message: object) => hand.nc.publish(subjectsOf(study).beat(trainer, 0), JSON.stringify(message));
  const { ledger } = engine.port;
  /** That so many trials are open, and no more a moment later. */
  const settlesAt = async (open: number) => {
    await eventually(() => expect(ledger.open.size).toBeGreaterThanOrEqual(open));
    await sleep(300); // in which more would be suggested
    expect(ledger.open.size).toBe(open);
  };
  return { ...engine, ...hand, announce, settlesAt };
}

it('suggests two trials more than connected trainers have slots', async () => {
  const { settlesAt, announce, say, heard, close } = await wide();
  await settlesAt(2);
  announce('a', { slots: 3 });
  await settlesAt(5);
  announce('b', { slots: 4 });
  await settlesAt(9);
  announce('b', { slots: 4, ended: true });
  await say(1, { type: 'started', attempt: 1, run: 'r' });
  await settlesAt(9);
  await say(1, { type: 'completed', attempt: 1, run: 'r', values: { value: 1 } });
  await heard.until(isFact('completed'));
  await settlesAt(8);
  await close();
});

it('suggests a trial for each claim of trainers that do not announce themselves', async () => {
  const { settlesAt, say, next, close } = await wide();
  for (let trial = 1; trial <= 10; trial++) {
    (await next())!.ack();
    await say(trial, { type: 'started', attempt: 1, run: `r${trial}` });
  }
  await settlesAt(12);
  await close();
});

it('suggests a trial for a pull that waits, although another trainer took the last ones and claims none', async () => {
  const { settlesAt, next, close } = await wide();
  const taken = [await next(), await next(), await next(), await next()];
  expect(taken.map((message) => message!.json<{ trial: number }>().trial)).toEqual([1, 2, 3, 4]);
  await settlesAt(4);
  await close();
});
