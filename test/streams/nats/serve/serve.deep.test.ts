import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { trainer } from '../../../../streams/nats/index.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { type At, engineOn, fresh, handOn, isFact } from '../world.ts';

const server = natsOfTests();

const square = ({ x }: At) => x * x;

it('an engine warns once that the server is full, pauses between retries, and continues when there is room', async () => {
  const study = fresh();
  const { stream, log } = subjectsOf(study);
  const nc = await server.connect();
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: stream, subjects: [log], discard: 'new', allow_direct: true, max_msgs: 9 } as never);
  const said: string[] = [];
  await using engine = await engineOn(server, { study, trials: 20, warn: (line) => said.push(line) });
  const heard: string[] = [];
  const { done } = trainer<At>({ nc: await server.connect(), study }, { name: 'w', warn: (line) => heard.push(line) }, square);
  await eventually(() => expect([...said, ...heard].join()).toContain('no room'));
  const before = (await jsm.getAccountInfo()).api.total;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect((await jsm.getAccountInfo()).api.total - before).toBeLessThan(40); // of an engine and a trainer that retry once a second
  expect([...said, ...heard].filter((line) => line.includes('no room')).length).toBeLessThanOrEqual(2);
  await jsm.streams.update(stream, { max_msgs: -1 });
  await engine.port.finished;
  await done;
});

it('an engine answers ten thousand facts that do not count, and continues', async () => {
  const study = fresh();
  await using engine = await engineOn(server, { study, trials: 3 });
  const { nc, say } = await handOn(server, study);
  await engine.heard.until(isFact('suggested'));
  const kinds: readonly (object | string)[] = [
    '{"type":',
    '[]',
    {},
    { type: 'reported' },
    { type: 'reported', step: -1, values: {} },
    { type: 'completed', run: 'x', values: { value: 1 } },
    { type: 'closed', reason: 'person' },
    '[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]',
    { type: 'started', attempt: 7, run: 'x' },
    { type: 'failed', reason: 'lost', run: 'x', text: 'x'.repeat(17_000) },
  ];
  let answered = 0;
  const all = new Promise<void>((resolve) => {
    nc.subscribe(subjectsOf(study).rejected('hand'), {
      callback: () => {
        if (++answered === 10_000) resolve();
      },
    });
  });
  await nc.flush();
  for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 200 }, (_, k) => say(1, kinds[k % kinds.length]!)));
  await all;
  const { done } = trainer<At>({ nc: await server.connect(), study }, {}, square);
  await engine.port.finished;
  await done;
});

/** A study with four trials at a time, of which a trainer that leaves has taken all and told the server to wait for ten years. */
async function hiddenOn(study: string, lease: number) {
  const engine = await engineOn(server, { study, trials: 12, parallel: 4, lease });
  const thief = await handOn(server, study, 'thief');
  await engine.heard.until(isFact('suggested', { trial: 1 }));
  const thefts = Array.from({ length: 4 }, () => thief.next());
  for (const theft of thefts) (await theft)!.nak(TEN_YEARS);
  await thief.nc.flush();
  await thief.nc.close();
  return engine;
}
const TEN_YEARS = 10 * 365 * 24 * 60 * 60 * 1000;

it('an attempt that a trainer has hidden is offered again within three leases in which another one asks', async () => {
  const study = fresh();
  const lease = 1;
  const engine = await hiddenOn(study, lease);
  const since = performance.now();
  const { done } = trainer<At>({ nc: await server.connect(), study }, {}, square);
  await engine.heard.until(isFact('completed'));
  expect(performance.now() - since).toBeLessThan(3000 * lease + 500);
  await engine.port.finished;
  await done;
  const lost = engine.heard.all.filter(isFact('failed', { reason: 'lost' }));
  expect(lost.map(({ fact }) => (fact as { message: string }).message)).toEqual(Array(4).fill('no trainer claimed it'));
  await engine.close();
});

it('an engine that starts replaces a consumer that hides attempts, so that they need not be lost', async () => {
  const study = fresh();
  const lease = 0.5;
  const first = await hiddenOn(study, 60);
  await first.close();
  const { done } = trainer<At>({ nc: await server.connect(), study }, {}, square);
  await new Promise((resolve) => setTimeout(resolve, 3000 * lease + 500));
  await using second = await engineOn(server, { study, lease });
  await second.port.finished;
  await done;
  expect(second.heard.all.filter(isFact('failed'))).toEqual([]);
  expect(second.heard.all.filter(isFact('completed'))).toHaveLength(12);
});

it('attempts that wait for busy trainers are not offered again, however many there are', async () => {
  const study = fresh();
  await using engine = await engineOn(server, { study, trials: 12, parallel: 12, lease: 0.3 });
  const slow = async ({ x }: At) => new Promise<number>((resolve) => setTimeout(resolve, 1000, x));
  const { done } = trainer<At>({ nc: await server.connect(), study }, { slots: 2 }, slow);
  await engine.port.finished;
  await done;
  expect(engine.heard.all.filter(isFact('failed'))).toEqual([]);
  expect(engine.heard.all.filter(isFact('suggested'))).toHaveLength(12);
});
