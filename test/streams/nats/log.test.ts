import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { logContract } from '../../../src/testing/logContract.ts';
import { createdOn } from '../../../streams/nats/created.ts';
import { natsLog } from '../../../streams/nats/log/natsLog.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { coded } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const server = natsOfTests();

let count = 0;
const fresh = () => `s${++count}`;

logContract({ describe: describe.concurrent, it, expect }, 'nats', async () => {
  const study = fresh();
  const open = async () => natsLog(await server.connect(), study, { maxMessageBytes: 1024 * 1024 });
  const log = await open();
  return {
    log,
    reopen: async () => {
      await log.close();
      return open();
    },
    dispose: () => log.close(),
  };
});

describe.concurrent('nats', () => {
  it('leaves no consumer on the server when it has been read', async () => {
    const study = fresh();
    const nc = await server.connect();
    const log = await natsLog(nc, study);
    await log.append({ type: 'created' });
    const jsm = await jetstreamManager(nc);
    const consumers = async () => (await jsm.streams.info(subjectsOf(study).stream)).state.consumer_count;
    for await (const _ of log.read()) {
      expect(await consumers()).toBe(1);
      break;
    }
    const ending = new AbortController();
    const reading = (async () => {
      for await (const _ of log.read(1, ending.signal)) ending.abort();
    })();
    await reading;
    await eventually(async () => expect(await consumers()).toBe(0));
    await log.close();
  });

  it('fences a writer that has not read the last entry of another one', async () => {
    const study = fresh();
    const [a, b] = [await natsLog(await server.connect(), study), await natsLog(await server.connect(), study)];
    expect(await a.append({ type: 'created' })).toBe('stored');
    expect(await b.append({ type: 'created' })).toBe('fenced');
    expect([a.leads, b.leads]).toEqual([true, false]);
    expect(await b.head()).toBe(1);
    expect(await b.append({ type: 'changed' })).toBe('stored');
    expect(await a.append({ type: 'suggested', trial: 1, after: 1 })).toBe('stored'); // another subject
    expect(await a.append({ type: 'closed' })).toBe('fenced');
  });

  it('of an unreleased version is refused to trainers', async () => {
    const study = fresh();
    const nc = await server.connect();
    await (await natsLog(nc, study)).append({ type: 'created', v: 1 });
    await expect(createdOn(nc, study)).rejects.toThrow(coded('other-version'));
  });

  it('fences a decision from before the last entry that its process has read', async () => {
    const study = fresh();
    const [a, b] = [await natsLog(await server.connect(), study), await natsLog(await server.connect(), study)];
    await a.append({ type: 'suggested', trial: 1, after: 0 });
    for await (const entries of b.read()) if (entries.length > 0) break;
    expect(await b.append({ type: 'suggested', trial: 1, after: 0 })).toBe('fenced');
    expect(await b.append({ type: 'suggested', trial: 2, after: 1 })).toBe('stored');
    expect(await b.head()).toBe(2);
  });

  it.each([
    { type: 'failed', trial: 1, attempt: 1, reason: 'lost' },
    { type: 'closed', reason: 'trials', after: 1 },
    { type: 'instructed', trainer: 'w1', to: 'pause', by: 'engine', after: 1 },
  ])('fences a standby that would say again what the engine has decided: $type', async (decided) => {
    const study = fresh();
    const [a, b] = [await natsLog(await server.connect(), study), await natsLog(await server.connect(), study)];
    await a.append({ type: 'suggested', trial: 1, after: 0 });
    let read = 0;
    const reading = (async () => {
      for await (const entries of b.read()) {
        read += entries.length;
        if (read === 2) break;
      }
    })();
    await eventually(() => expect(read).toBe(1));
    const second = b.append(decided); // it waits a moment
    expect(await a.append(decided)).toBe('stored');
    await reading;
    expect(await second).toBe('fenced');
  });

  it('keeps the leading engine until it appends nothing', async () => {
    const study = fresh();
    const [a, b] = [await natsLog(await server.connect(), study), await natsLog(await server.connect(), study)];
    expect([await a.append({ type: 'created' }), await b.append({ type: 'created' })]).toEqual(['stored', 'fenced']);
    for (let trial = 1; trial <= 3; trial++) {
      const fact = { type: 'suggested', trial, after: trial };
      expect(await Promise.all([b.append(fact), a.append(fact)])).toEqual(['fenced', 'stored']); // though b is earlier
      expect([a.leads, b.leads]).toEqual([true, false]);
    }
    expect(await b.append({ type: 'suggested', trial: 4, after: 4 })).toBe('stored');
    expect(b.leads).toBe(true);
    const fact = { type: 'suggested', trial: 5, after: 5 };
    expect([await a.append(fact), await a.append(fact)]).toEqual(['fenced', 'stored']); // now it has read the entry of b
  });

  it('prefers the leading engine to one that has just started', async () => {
    const study = fresh();
    const a = await natsLog(await server.connect(), study);
    await a.append({ type: 'created' });
    const heard: boolean[] = [];
    const b = await natsLog(await server.connect(), study, { onLead: (leads) => heard.push(leads) });
    const fact = { type: 'suggested', trial: 1, after: 1 };
    expect(await Promise.all([b.append(fact), a.append(fact)])).toEqual(['fenced', 'stored']); // though b is earlier
    expect(await b.append({ type: 'suggested', trial: 2, after: 2 })).toBe('stored');
    expect(heard).toEqual([false, true]);
  });

  it('fences a suggestion that is made while the server is down, and stores the next one', async ({ onTestFinished }) => {
    const own = await natsServer();
    onTestFinished(() => own.dispose());
    const log = await natsLog(await own.connect(), 's', { timeout: 200 });
    await log.append({ type: 'created' });
    await own.kill();
    await sleep(200); // by then, the client has tried to reconnect
    const appended = log.append({ type: 'suggested', trial: 1, after: 1 });
    await sleep(300);
    await own.restart();
    expect(await appended).toBe('fenced'); // it was not confirmed in time
    while ((await log.append({ type: 'suggested', trial: 1, after: await log.head() })) !== 'stored'); // a busy server may store it late
    await log.close();
  });

  it('makes each fact a CloudEvent, whose id is that of the message', async () => {
    const study = fresh();
    const nc = await server.connect();
    const log = await natsLog(nc, study);
    await log.append({ type: 'created' });
    await log.append({ type: 'suggested', trial: 1, after: 1 });
    await log.close();
    const jsm = await jetstreamManager(nc);
    const headersAt = async (seq: number) => {
      const { header: headers } = (await jsm.streams.getMessage(`HT_${study}`, { seq }))!;
      return Object.fromEntries(headers.keys().map((name) => [name, headers.get(name)]));
    };
    const [created, suggested] = [await headersAt(1), await headersAt(2)];
    expect(created).toMatchObject({
      'ce-specversion': '1.0',
      'ce-id': created['Nats-Msg-Id'],
      'ce-source': `/studies/${study}`,
      'ce-type': 'hypertide.created.v1',
    });
    expect(suggested).toMatchObject({ 'ce-id': suggested['Nats-Msg-Id'], 'ce-type': 'hypertide.suggested.v1', 'Hypertide-Lease': '30' });
    expect(suggested['ce-id']).not.toBe(created['ce-id']);
  });

  it('keeps the position of a message that is not JSON', async () => {
    const study = fresh();
    const nc = await server.connect();
    const log = await natsLog(nc, study);
    const { by } = subjectsOf(study);
    for (const data of ['{"type":', new Uint8Array([0xff, 0xfe, 0x00]), '', '[]', '"x"']) await jetstream(nc).publish(by('w', 1), data);
    await log.close();
    const entries = [];
    for await (const batch of (await natsLog(nc, study)).read()) {
      entries.push(...batch);
      if (entries.length === 5) break;
    }
    expect(entries.map(({ position, fact }) => [position, fact])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, []],
      [5, 'x'],
    ]);
  });

  it('reports what the server refuses, and stays usable', async () => {
    const log = await natsLog(await server.connect(), fresh());
    await expect(log.append({ text: 'x'.repeat(100_000) })).rejects.toThrow('message size');
    expect(await log.append({ type: 'created' })).toBe('stored');
  });

  it('continues to read and append across a kill of the server', async ({ onTestFinished }) => {
    const own = await natsServer();
    onTestFinished(() => own.dispose());
    const study = fresh();
    const log = await natsLog(await own.connect(), study, { timeout: 500 });
    const positions: number[] = [];
    let reached = () => {};
    const until = (n: number) =>
      new Promise<void>((resolve) => {
        reached = () => positions.length >= n && resolve();
        reached();
      });
    const reading = (async () => {
      for await (const entries of log.read()) {
        positions.push(...entries.map(({ position }) => position));
        reached();
      }
    })();
    for (let n = 0; n < 10; n++) await log.append({ n });
    await until(10);
    await own.kill();
    const while_away = log.append({ n: 10 });
    await own.restart();
    await while_away;
    while ((await log.head()) < 20) await log.append({ n: 11 });
    await until(20);
    await log.close();
    await reading;
    expect(positions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('refuses names that are not a token of a subject', async () => {
    const nc = await server.connect();
    for (const name of ['', 'a.b', 'Ä', '>', '*', '-a', 'x'.repeat(65)]) await expect(natsLog(nc, name)).rejects.toThrow('study: expected');
  });
});
