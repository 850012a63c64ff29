import { jetstreamManager } from '@nats-io/jetstream';
import { headers, type Msg } from '@nats-io/transport-node';
import { afterAll, describe, expect, it } from 'vitest';
import { trainer } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { studiesOn } from '../../../streams/nats/studiesOn.ts';
import { puller } from '../../../streams/nats/trainer/puller.ts';
import { eventually } from '../../support/eventually.ts';
import { EVERYTHING, teamServer } from '../../support/teamServer.ts';
import { type At, engineBy, isFact } from './world.ts';

/** Studies in which one trainer forges facts of another, one for each attack. */
const forging = ['f1', 'f2', 'f3'];
const server = await teamServer('w1', 'w2');
const admin = await server.as(EVERYTHING);
afterAll(() => server.dispose());

const as = (name: string, inbox?: string) => server.as(name, inbox);

describe('a server with the generated configuration', () => {
  it('lets each user do its work', async () => {
    await using engine = await engineBy(await as('engine'), { study: 's1', trials: 12, parallel: 2, lease: 5 });
    const { heard } = engine;
    const seen: string[] = [];
    const viewer = await as('viewer');
    await heard.until(isFact('created'));
    for (const subject of ['ht.s1.log.>', 'ht.s1.status'])
      viewer.subscribe(subject, { callback: (_, message) => void seen.push(message.subject) });
    await viewer.flush();
    const operator = await as('operator');
    expect((await operator.request('ht.s1.rpc.enqueue', JSON.stringify({ params: { x: 1, n: 2 } }))).json()).toMatchObject({ ok: true });
    const works = ['w1', 'w2'].map(async (name) => {
      const { done } = trainer<At>({ nc: await as(name), study: 's1' }, { name }, ({ x }) => x);
      await done;
    });
    await engine.port.finished;
    await Promise.all(works);
    await eventually(() => expect(seen).toContain('ht.s1.status'));
    const authors = new Set(
      heard.all.flatMap(({ fact }) => ('trainer' in (fact as object) ? [(fact as { trainer: string }).trainer] : [])),
    );
    expect([...authors].sort()).toEqual(['w1', 'w2']);
    expect(seen.filter((subject) => subject.startsWith('ht.s1.log.by.w'))).toHaveLength(24);
    expect(seen).toContain('ht.s1.log.suggested');
  });

  it.each(['engine', 'admin', 'w1'])('lets %s know the names of studies', async (name) => {
    const jsm = await jetstreamManager(admin);
    await jsm.streams.add({ name: 'HT_s2', subjects: ['ht.s2.log.>'] });
    await jsm.streams.add({ name: 'HT_-s2', subjects: ['other.>'] }); // of another program: no study can have this name
    expect((await studiesOn(await as(name))).filter((study) => /s2/i.test(study))).toEqual(['s2']);
    expect(await studiesOn(await as(name), undefined, subjectsOf('s2').created)).toEqual(['s2']);
    for (const stream of ['HT_s2', 'HT_-s2']) await jsm.streams.delete(stream);
  });

  describe('lets no trainer', () => {
    const decision = JSON.stringify({ type: 'suggested', trial: 99, attempt: 1, by: 'me', params: {} });
    const next = '$JS.API.CONSUMER.MSG.NEXT.HT_s1.trainers';
    const get = '$JS.API.DIRECT.GET.HT_s1';
    /** Subject and data, and the reply subject if that is the attack. */
    const attacks: readonly (readonly [what: string, subject: string, data: string, reply?: string])[] = [
      ['publish a decision', 'ht.s1.log.suggested', decision],
      ['close the study', 'ht.s1.log.study', '{"type":"closed","reason":"person"}'],
      ['publish as another trainer', 'ht.s1.log.by.w2.1', '{"type":"completed","trial":1,"values":{"value":0}}'],
      ['publish as an unknown trainer', 'ht.s1.log.by.x.1', '{}'],
      ['publish into a study by an older subject', 'ht.s1.log', '{}'],
      ['publish into the other study as another', 'ht.s2.log.by.w2.1', '{}'],
      ['decide in the other study', 'ht.s2.log.suggested', decision],
      ['write through the reply of a pull', next, '{"batch":1,"no_wait":true}', 'ht.s1.log.suggested'],
      ['write through the status of a pull', next, '{"batch":0}', 'ht.s1.log.study'],
      ['write through the reply of a look', `${get}.ht.s1.log.suggested`, '', 'ht.s1.log.study'],
      ['write through the reply of a look by number', get, '{"seq":1}', 'ht.s1.log.suggested'],
      ['write as another through a look', `${get}.ht.s1.log.suggested`, '', 'ht.s1.log.by.w2.1'],
      ['write through an acknowledgement', '$JS.ACK.HT_s1.trainers.1.2.1.1.0', '+ACK', 'ht.s1.log.study'],
      ['write through the acknowledgement of a fact', 'ht.s1.log.by.w1.1', '{}', 'ht.s1.log.suggested'],
      ['forge a stop through a look at its own fact', `${get}.ht.s1.log.by.w1.1`, '', 'ht.s1.directive.1'],
      ['forge a beat through a look', get, '{"seq":2}', 'ht.s1.beat.w2.1'],
      ['forge a stop', 'ht.s1.directive.1', '{"type":"stop","trial":1,"by":"person"}'],
      ['forge the end of the study', 'ht.s1.directive.all', '{"type":"closed","reason":"person"}'],
      ['forge a rejection', 'ht.s1.rejected.w2', '{"code":"claimed"}'],
      ['forge how the study stands', 'ht.s1.status', '{}'],
      ["forge another's beat", 'ht.s1.beat.w2.1', '{"run":"x"}'],
      ['give commands', 'ht.s1.rpc.close', '{}'],
      ['enqueue', 'ht.s1.rpc.enqueue', '{"params":{"x":1,"n":1}}'],
      ['delete a stream', '$JS.API.STREAM.DELETE.HT_s1', ''],
      ['purge a stream', '$JS.API.STREAM.PURGE.HT_s1', ''],
      ['delete a message', '$JS.API.STREAM.MSG.DELETE.HT_s1', '{"seq":1}'],
      ['change a stream', '$JS.API.STREAM.UPDATE.HT_s1', '{"name":"HT_s1","subjects":["x"]}'],
      ['list streams', '$JS.API.STREAM.LIST', ''],
      ['ask the server for what is not shared', '$JS.API.STREAM.NAMES', ''],
      ['write through the reply of a list of names', 'ht.STREAM.NAMES', '', 'ht.s1.log.study'],
      ['ask what the account has', '$JS.API.INFO', ''],
      ['delete the consumer', '$JS.API.CONSUMER.DELETE.HT_s1.trainers', ''],
      ['make a consumer', '$JS.API.CONSUMER.CREATE.HT_s1.mine', '{"stream_name":"HT_s1","config":{"name":"mine"}}'],
      ['pause the consumer', '$JS.API.CONSUMER.PAUSE.HT_s1.trainers', '{}'],
      ['pull as another consumer', '$JS.API.CONSUMER.MSG.NEXT.HT_s1.mine', '{"batch":1}'],
      ['read by the slow way', '$JS.API.STREAM.MSG.GET.HT_s1', '{"seq":1}'],
      ['read the log by number', get, '{"seq":3}'],
      ['read the log in one go', get, '{"batch":100,"seq":1}'],
      ['read the last facts of all subjects', get, '{"multi_last":["ht.s1.log.>"]}'],
      ['read suggestions', `${get}.ht.s1.log.suggested`, ''],
      ['read what is below all subjects', `${get}.ht.s1.log.>`, ''],
    ];
    it.each(attacks.map(([what, ...attack]) => ({ what, attack })))('$what', async ({ attack: [subject, data, reply] }) => {
      const nc = await as('w1');
      const jsm = await jetstreamManager(admin);
      const before = await contents(jsm);
      const heard: string[] = [];
      const spy = admin.subscribe('ht.>', { callback: (_error, message) => void heard.push(message.subject) });
      await admin.flush();
      nc.publish(subject, data, reply === undefined ? {} : { reply });
      await nc.flush();
      if (reply === undefined)
        await nc.request(subject, data, { timeout: 150 }).then(
          () => expect.unreachable('it was answered'),
          () => {},
        );
      await nc.flush();
      await admin.flush();
      spy.unsubscribe();
      const own = subject === 'ht.s1.log.by.w1.1' ? 1 : 0; // its own fact, which it may publish
      expect(heard.filter((of) => of !== 'ht.s1.log.by.w1.1')).toEqual([]);
      expect(await contents(jsm)).toEqual({ ...before, messages: before.messages + own });
      await nc.close();
    });

    it('subscribe to subjects of others', async () => {
      const nc = await as('w1');
      const heard: string[] = [];
      for (const subject of ['>', 'ht.>', 'ht.s1.log.>', 'ht.s1.rejected.w2', 'ht.s1.beat.>', '_INBOX.>', '_INBOX.w2.>', '$JS.>'])
        nc.subscribe(subject, { callback: (error, message) => void (error ? undefined : heard.push(message.subject)) });
      await nc.flush().catch(() => {});
      for (const subject of ['ht.s1.log.study', 'ht.s1.rejected.w2', 'ht.s1.beat.w2.1', 'ht.s1.status']) admin.publish(subject, 'null');
      await admin.flush();
      await nc.flush().catch(() => {});
      expect(heard).toEqual([]);
      await nc.close();
    });
  });

  it('lets no trainer write a result for another', async () => {
    const study = forging.pop()!;
    await using engine = await engineBy(await as('engine'), { study, trials: 2, parallel: 1 });
    const { heard } = engine;
    await heard.until(isFact('suggested', { trial: 1 }));
    const [w1, w2] = await Promise.all([as('w1'), as('w2')]);
    const say = async (name: 'w1' | 'w2', fact: object) => {
      const nc = name === 'w1' ? w1 : w2;
      const { seq } = (await nc.request(`ht.${study}.log.by.${name}.1`, JSON.stringify({ trial: 1, ...fact }))).json<{ seq: number }>();
      return heard.until(({ position }) => position === seq);
    };
    await say('w1', { type: 'started', attempt: 1, run: 'r1' });
    expect((await say('w2', { type: 'completed', run: 'r1', values: { value: -1e9 } })).refusal).toMatchObject({ code: 'wrong-author' });
    expect((await say('w1', { type: 'reported', run: 'r1', step: 1, values: { value: 5 } })).refusal).toBeUndefined();
    expect((await say('w1', { type: 'completed', run: 'r1', values: { value: 5 } })).refusal).toBeUndefined();
    await heard.until(isFact('suggested', { trial: 2 }));
  });

  /** A server stores a message with a known id as a duplicate, that is, not at all, so a guessed id would delete a fact. */
  describe('lets no trainer take the message ids of', () => {
    const withId = (id: string) => {
      const head = headers();
      head.set('Nats-Msg-Id', id);
      return { headers: head, timeout: 2000 };
    };
    /** Ids that may follow one that counts. */
    const next = (id: string) => [1, 2, 3, 4, 5].map((i) => id.replace(/\d+$/, (count) => String(Number(count) + i)));

    it('another trainer', async () => {
      const study = forging.pop()!;
      await using engine = await engineBy(await as('engine'), { study, trials: 1 });
      const { heard } = engine;
      const w1 = await as('w1');
      const { done } = trainer<At>({ nc: await as('w2'), study }, { name: 'w2' }, async () => {
        const last = await w1.request(`$JS.API.DIRECT.GET.HT_${study}.ht.${study}.log.by.*.1`);
        const ids = [`${last.json<{ run: string }>().run}/0`, last.headers!.get('Nats-Msg-Id')].flatMap(next);
        for (const id of ids) await w1.request(`ht.${study}.log.by.w1.1`, '{}', withId(id));
        return 5;
      });
      await done;
      await engine.port.finished;
      expect(heard.all.filter(isFact('completed', { trial: 1 }))).toHaveLength(1);
    });

    it('the engine', async () => {
      const study = forging.pop()!;
      await using engine = await engineBy(await as('engine'), { study, trials: 2, parallel: 1 });
      const { heard } = engine;
      await heard.until(isFact('suggested', { trial: 1 }));
      const w1 = await as('w1');
      const pulled = await new Promise<Msg>((resolve) => puller(w1, subjectsOf(study)).next(resolve));
      for (const id of next(pulled.headers!.get('Nats-Msg-Id'))) await w1.request(`ht.${study}.log.by.w1.9`, '{}', withId(id));
      for (const fact of [
        { type: 'started', attempt: 1 },
        { type: 'completed', values: { value: 5 } },
      ])
        await w1.request(`ht.${study}.log.by.w1.1`, JSON.stringify({ trial: 1, run: 'r', ...fact }));
      await heard.until(isFact('suggested', { trial: 2 }));
    });
  });

  it('lets a viewer give no commands', async () => {
    const nc = await as('viewer');
    for (const method of ['close', 'cancel', 'enqueue', 'retract', 'change'])
      await expect(nc.request(`ht.s1.rpc.${method}`, '{}', { timeout: 200 })).rejects.toThrow();
    await expect(nc.request('ht.s1.log.study', '{}', { timeout: 200 })).rejects.toThrow();
    await nc.close();
  });

  it('sends no answer into a log', async () => {
    await using _engine = await engineBy(await as('engine'), { study: 's1', trials: 12 });
    const nc = await as('viewer');
    const jsm = await jetstreamManager(admin);
    const before = await contents(jsm);
    nc.publish('ht.s1.rpc.study', '{}', { reply: 'ht.s1.log.study' });
    expect((await nc.request('ht.s1.rpc.study', '{}')).json()).toMatchObject({ ok: true }); // comes after it
    expect(await contents(jsm)).toEqual(before);
  });
});

async function contents(jsm: Awaited<ReturnType<typeof jetstreamManager>>) {
  const { state, config } = await jsm.streams.info('HT_s1');
  const consumers: string[] = [];
  for await (const { name } of jsm.consumers.list('HT_s1')) if (name === 'trainers') consumers.push(name);
  return { messages: state.messages, subjects: config.subjects, consumers };
}
