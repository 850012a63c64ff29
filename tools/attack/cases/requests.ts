import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { follow, waker } from '../../../streams/log/follow.ts';
import { digits, sendTo } from '../../../test/server/support.ts';
import { openStreams } from '../../../test/support/eventStream.ts';
import { casesOf } from '../attack.ts';
import { changes, guarded, open, type Server } from './interface.ts';

const attack = casesOf('interface');

/** The trial that the trainer w1 holds. */
const claimed = async (at: Server) => (await at.post('studies/digits/ask', {}, at.as('w1'))).body as { trial: number; run: string };

/** Requests of the trainer w2 about the trial of w1, whose run it knows. */
const asAnother: readonly (readonly [what: string, path: string, fields: object])[] = [
  ['a result', 'tell', { values: { loss: 0 } }],
  ['a report', 'report', { step: 1, values: { loss: 0 } }],
  ['a failure', 'fail', { reason: 'error' }],
  ['a stop', 'stopped', {}],
];

const long = 'x'.repeat(2 ** 21);
/** A request to enqueue of two megabytes, most of which are not fields. */
const padded = `{"params":{}${' '.repeat(2 ** 21)}}`;

/** Attacks of trainers on each other, and requests that take the room of others. */
export const requestAttacks = [
  ...asAnother.map(([what, path, fields]) =>
    attack('author over HTTP', `${what} of another trainer's trial`, async (world) => {
      const at = await guarded(world);
      const { trial, run } = await claimed(at);
      return (await at.post(`studies/digits/trials/${trial}/${path}`, { run, ...fields }, at.as('w2'))).status === 200;
    }),
  ),
  attack('author of heartbeats', "a heartbeat that keeps another trainer's trial from being lost", async (world) => {
    const at = await guarded(world);
    const { trial, run } = await claimed(at);
    return (await at.post(`studies/digits/trials/${trial}/heartbeat`, { run }, at.as('w2'))).status === 200;
  }),
  attack('holder of a run', "an ask with another trainer's run", async (world) => {
    const at = await guarded(world);
    const { trial, run } = await claimed(at);
    return (await at.post('studies/digits/ask', { run }, at.as('w2'))).body.trial === trial;
  }),
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
  attack('length of bodies', 'a body of two megabytes', async (world) => {
    const at = await open(world);
    return (await at.post('studies/digits/enqueue', padded)).status === 200;
  }),
  attack('bodies with a length', 'a body of two megabytes without a length', async (world) => {
    const at = await open(world);
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    return (await sendTo(`${at.url}v1/studies/digits/enqueue`, { method: 'POST', text: padded, headers })).status === 200;
  }),
  attack('known fields', 'a megabyte of other fields in the log', async (world) => {
    const at = await open(world);
    const { run } = (await at.post('studies/digits/ask')).body;
    await at.post('studies/digits/trials/1/report', { run, step: 1, values: { loss: 1 }, long: long.slice(2 ** 20 + 200) });
    return statSync(join(at.directory, 'digits.jsonl')).size > 2 ** 19;
  }),
  attack('shallow bodies', 'a body that is nested 100 000 deep', async (world) => {
    const at = await open(world);
    const deep = `{"strategy":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    return (await at.post('studies/digits/change', deep)).status === 500;
  }),
  attack('length of waiting', 'an ask that waits for years', async (world) => {
    const at = await open(world, {}, { ...digits, trials: 1, parallel: 1 });
    await at.post('studies/digits/ask');
    return world.staysAway(
      at.post('studies/digits/ask', { wait: 1e6 }).catch(() => {}),
      1000,
    );
  }),
  attack('short names of requests', 'a name of a request of 8 kilobytes in the log', async (world) => {
    const at = await open(world);
    await at.post('studies/digits/enqueue', { params: {} }, { 'Idempotency-Key': 'x'.repeat(8000) });
    return statSync(join(at.directory, 'digits.jsonl')).size > 8000;
  }),
  attack('streams of a user', 'a viewer that opens streams of events without end', async (world) => {
    const at = await guarded(world);
    const streams = await openStreams(201, `${at.url}v1/studies/digits/facts`, at.as('board'));
    world.after(() => streams.map(({ close }) => close()));
    return streams.every(({ status }) => status === 200);
  }),
  attack('readers that leave alone', 'readers that leave wake all others, so that N of them cost N²', async () => {
    let looks = 0;
    const news = waker();
    const head = () => {
      looks++;
      return 0;
    };
    const leaving = Array.from({ length: 30 }, () => new AbortController());
    const reading = leaving.map(({ signal }) =>
      follow({ head, closed: () => false, batch: () => [], news }, 1, signal)
        [Symbol.asyncIterator]()
        .next(),
    );
    const before = looks;
    for (const one of leaving) {
      one.abort();
      await setTimeout(0);
    }
    await Promise.all(reading);
    return looks - before > reading.length;
  }),
  attack(
    'open trials',
    'results of trials that there are not fill the log',
    changes((at) => at.post('studies/digits/trials/77/tell', { run: 'r', values: { loss: 0 } }), open),
  ),
];
