import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../../streams/core.ts';
import { verify } from '../../../../streams/engine/verify.ts';
import { asha, chain, choice, external, random, space } from '../../../../streams/index.ts';
import { natsLog, trainer } from '../../../../streams/nats/index.ts';
import { standby } from '../../../../streams/nats/log/natsLog.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import { serveStudy as serve } from '../../../../streams/nats/serve/serveStudy.ts';
import { request } from '../../../../streams/nats/studiesOn.ts';
import { coded } from '../../../support/coded.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { type At, engineBy, engineOn, factsOf, fresh, handOn, isFact, plane } from '../world.ts';

const server = natsOfTests();

const square = ({ x }: At) => x * x;

const hand = (study: string, name?: string) => handOn(server, study, name);

describe('serve', () => {
  it('creates a stream that accepts a space of more than 64 KiB, and refuses one that the server does not accept', async () => {
    const study = fresh();
    const values = (count: number) => Array.from({ length: count }, (_, i) => `value ${i}`);
    const nc = await server.connect();
    await using large = await engineBy(nc, { study, trials: 1 }, space({ name: choice(values(10_000)) }));
    const objective = async ({ name }: { readonly name: string }) => name.length;
    await trainer({ nc: await server.connect(), study }, {}, objective).done;
    await large.port.finished;
    const other = fresh();
    await expect(serve(nc, space({ name: choice(values(100_000)) }), { study: other, trials: 1, strategy: random() })).rejects.toThrow(
      coded('study'),
    );
    const jsm = await jetstreamManager(nc);
    await expect(jsm.streams.info(subjectsOf(other).stream)).rejects.toThrow('stream not found');
  });

  it('takes a UUID as the name of a study, and capitals in that of a trainer', async () => {
    const study = crypto.randomUUID();
    await using engine = await engineOn(server, { study, trials: 3 });
    const name = `Pod-${'x'.repeat(60)}`;
    await trainer({ nc: await server.connect(), study }, { name }, square).done;
    await engine.port.finished;
    expect(new Set((await factsOf(await server.connect(), study)).map(({ type }) => type))).toContain('completed');
  });

  it('is refused without the name of a study', async () => {
    const nc = await server.connect();
    await expect(serve(nc, plane, { trials: 3, strategy: random() } as never)).rejects.toMatchObject({
      name: 'OptionError',
      option: 'study',
    });
    expect(() => trainer({ nc, study: undefined as never }, {}, square)).toThrow(OptionError);
    await expect(natsLog(nc, 'a.b')).rejects.toThrow('study: ');
    await expect((await jetstreamManager(nc)).streams.info('HT_undefined')).rejects.toThrow('stream not found');
  });

  it('leaves nothing on its connection if it is refused', async () => {
    const nc = await server.connect();
    const { status } = nc;
    const listening = new Set<object>();
    nc.status = () => {
      const statuses = status.call(nc) as ReturnType<typeof status> & { stop(): void };
      const { stop } = statuses;
      listening.add(statuses);
      statuses.stop = () => {
        listening.delete(statuses); // the client stops it once more
        stop.call(statuses);
      };
      return statuses;
    };
    await expect(
      serve(nc, plane, { study: fresh(), trials: 3, strategy: chain(asha({ min: 1, max: 9, pause: true }), random()) }),
    ).rejects.toThrow('resumes: expected true');
    expect(listening.size).toBe(0);
  });

  it('continues with a standby that waited for the same proposer', async () => {
    const study = fresh();
    const options = { study, trials: 4, parallel: 1, strategy: chain(external('agent', { wait: 0.3 }), random()) };
    const one = await serve(await server.connect(), plane, options);
    const other = await serve(await server.connect(), plane, options);
    await Promise.all([one.started, other.started]);
    const isLate = ({ port }: typeof one) => port.ledger.inbox('agent').isAbsent;
    await eventually(() => expect([isLate(one), isLate(other)]).toEqual([true, true]));
    const [leader, next] = one.leads ? [one, other] : [other, one];
    await leader.close();
    await next.port.submit({ type: 'change', paused: true });
    expect(next.leads).toBe(true);
    await next.close();
  });

  it('closes once, though a standby decides the same', async () => {
    const study = fresh();
    const options = { study, trials: 40, parallel: 4, strategy: random() };
    const engines = [await serve(await server.connect(), plane, options), await serve(await server.connect(), plane, options)];
    await trainer({ nc: await server.connect(), study }, { name: 'w' }, square).done;
    await Promise.all(engines.map(({ port }) => port.finished));
    await sleep(1.5 * standby.pause);
    expect((await factsOf(await server.connect(), study)).filter(({ type }) => type === 'closed')).toHaveLength(1);
    expect(engines.filter(({ leads }) => leads)).toHaveLength(1);
    for (const engine of engines) await engine.close();
  });

  it('makes room for a checkpoint although its leader has gone and the next engine has had nothing to append', async () => {
    const study = fresh();
    const one = await engineOn(server, { study, trials: 1 });
    await one.heard.until(isFact('suggested'));
    const { say, nc } = await hand(study, 'w');
    await say(1, { type: 'started', attempt: 1, run: 'mine' });
    await using other = await engineOn(server, { study });
    await Promise.all([other.heard.until(isFact('started')), other.started]);
    await one.close();
    const ask = (run: string) => nc.request(subjectsOf(study).beat('w', 1), JSON.stringify({ run, save: 10 }), { timeout: 1000 });
    expect((await eventually(() => ask('mine'))).json()).toEqual({ ok: true, result: { stop: false } });
    expect((await ask('other')).json()).toMatchObject({ ok: false, code: 'stale-run' });
  });

  it('says that the server has no room, though only a trainer is refused, until it stores again or is gone', async () => {
    const study = fresh();
    const said: string[] = [];
    const nc = await server.connect();
    const engine = await serve(nc, plane, { study, strategy: random(), trials: 2, parallel: 1, warn: (line) => said.push(line) });
    await engine.started;
    const { stream } = subjectsOf(study);
    const jsm = await jetstreamManager(nc);
    await jsm.streams.update(stream, { max_msgs: 3 }); // the created fact, the suggestion and its claim
    const heard: string[] = [];
    const { done } = trainer<At>({ nc: await server.connect(), study }, { name: 'w', warn: (line) => heard.push(line) }, square);
    await eventually(() => expect(engine.isFull).toBe(true));
    expect(said).toEqual([expect.stringContaining('the server has no room for facts of its trainers')]);
    expect(heard).toEqual([expect.stringContaining('the server has no room')]);
    const beat = (trainer: string, message: object) => nc.publish(subjectsOf(study).beat(trainer, 0), JSON.stringify(message));
    beat('other', { slots: 1, full: true });
    await jsm.streams.update(stream, { max_msgs: -1 });
    await done;
    await request(nc, study, 'study'); // answered after the messages of the trainer
    expect(engine.isFull).toBe(true);
    beat('other', { slots: 1, ended: true });
    await request(nc, study, 'study');
    expect([engine.isFull, said.length, said[1]]).toEqual([false, 2, expect.stringContaining('has room again')]);
    expect(await engine.stored()).toMatchObject({ lag: 0, bytes: expect.any(Number) });
    await engine.close();
  });

  it('does not wait for a trial that no trainer has claimed when a study closes', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 4, parallel: 2 });
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    const { say } = await hand(study);
    await say(1, { type: 'started', attempt: 1, run: 'alive' });
    await engine.heard.until(isFact('started'));
    await request(engine.nc, study, 'close');
    let isFinished = false;
    void engine.port.finished.then(() => {
      isFinished = true;
    });
    expect(await request(engine.nc, study, 'study')).toMatchObject({ phase: 'draining', open: 2, waiting: 1 });
    expect(isFinished).toBe(false);
    await say(1, { type: 'completed', run: 'alive', values: { value: 1 } });
    await engine.port.finished;
  });

  it('gives a silent run to another trainer, and no healthy run', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2, parallel: 2, lease: 1.5 });
    const { say, beat } = await hand(study);
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    await say(1, { type: 'started', attempt: 1, run: 'silent' });
    await say(2, { type: 'started', attempt: 1, run: 'alive' });
    const beating = setInterval(() => beat(2, 'alive'), 100);
    const { fact } = await engine.heard.until(isFact('failed'));
    expect(fact).toMatchObject({ trial: 1, run: 'silent', reason: 'lost' });
    const again = await engine.heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
    await say(1, { type: 'started', attempt: 2, run: 'second' });
    await say(1, { type: 'completed', run: 'second', values: { value: 1 } });
    await engine.heard.until(isFact('completed', { trial: 1 }));
    await say(2, { type: 'completed', run: 'alive', values: { value: 2 } });
    await engine.port.finished;
    clearInterval(beating);
    expect(again.position).toBeGreaterThan(4);
    expect(engine.heard.all.filter(isFact('failed'))).toHaveLength(1);
  });

  it('gives a silent run to another trainer although a third one sends heartbeats for it', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 0.4 });
    const [{ say }, { beat }] = [await hand(study, 'silent'), await hand(study, 'third')];
    await engine.heard.until(isFact('suggested'));
    await say(1, { type: 'started', attempt: 1, run: 'r' });
    const beating = setInterval(() => beat(1, 'r'), 50);
    expect((await engine.heard.until(isFact('failed'))).fact).toMatchObject({ trial: 1, run: 'r', reason: 'lost' });
    clearInterval(beating);
  });

  it('redelivers an attempt that was delivered and not claimed', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 0.2 });
    const { next } = await hand(study);
    await engine.heard.until(isFact('suggested'));
    (await next())!.ack(); // without a claim
    await engine.heard.until(isFact('suggested', { attempt: 2 }));
    const { done } = trainer<At>({ nc: await server.connect(), study }, {}, square);
    await engine.port.finished;
    await done;
  });

  it('does not redeliver an attempt that still waits for a trainer', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 0.1 });
    await engine.heard.until(isFact('suggested'));
    const { ask } = await hand(study);
    await new Promise((resolve) => setTimeout(resolve, 600)); // nothing may happen meanwhile
    expect(engine.heard.all).toHaveLength(2);
    expect((await ask('study')).result).toMatchObject({ study, open: 1, trials: 1, phase: 'idle' });
  });

  it.each([
    [{ allow_direct: false }, 'allow_direct is false, not true (nats stream edit'],
    [{ discard: 'old', max_msgs: 5 }, 'discard is old, not new (nats stream edit'],
    [{ max_age: 1e12 }, 'max_age is 1000000000000, not 0'],
    [{ retention: 'workqueue' }, 'retention is workqueue, not limits'],
    [{ subjects: ['elsewhere.>'] }, 'subjects is elsewhere.>, not ht.'],
    [{ max_msg_size: 100 }, 'max_msg_size is 100, not 65536 (nats stream edit'],
  ])('refuses an existing stream whose settings lose facts or leave requests unanswered: %j', async (settings, message) => {
    const study = fresh();
    const { stream, log } = subjectsOf(study);
    const nc = await server.connect();
    const good = { retention: 'limits', discard: 'new', allow_direct: true };
    await (await jetstreamManager(nc)).streams.add({ name: stream, subjects: [log], ...good, ...settings } as never);
    await expect(engineOn(server, { study, trials: 1 })).rejects.toThrow(message);
  });

  it('answers a rejected fact on the subject of its author, with the code', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2, parallel: 2 });
    const { nc, say } = await hand(study);
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    const wrong: readonly (readonly [code: string, fact: object | string])[] = [
      ['not-json', '{"type":"reported"'],
      ['not-json', ''],
      ['too-deep', `{"type":"reported","trial":1,"step":1,"values":{"value":1},"deep":${'['.repeat(40)}${']'.repeat(40)}}`],
      ['bad-field', '[]'],
      ['bad-field', { type: 'closed', reason: 'person' }],
      ['bad-field', { type: 'suggested', attempt: 1, by: 'me', params: {} }],
      ['bad-field', { type: 'completed', trial: 2, values: { value: 1 } }], // under the subject of trial 1
      ['stale-run', { type: 'reported', run: 'unknown', step: 1, values: { value: 1 } }],
    ];
    const codes: string[] = [];
    const all = new Promise<void>((resolve) => {
      nc.subscribe(subjectsOf(study).rejected('hand'), {
        callback: (_, message) => {
          codes.push(message.json<{ code: string }>().code);
          if (codes.length === wrong.length) resolve();
        },
      });
    });
    await nc.flush();
    for (const [, fact] of wrong) await say(1, fact);
    await all;
    expect(codes).toEqual(wrong.map(([code]) => code));
  });

  it('resumes where it was, with the same suggestions as without the interruption', async () => {
    const study = fresh();
    const first = await engineOn(server, { study, trials: 20, parallel: 2 });
    const { done } = trainer<At>({ nc: await server.connect(), study }, { slots: 2 }, square);
    await first.heard.until(isFact('completed', { trial: 7 }));
    await first.close();
    const second = await engineOn(server, { study, trials: 20, parallel: 2 });
    await second.port.finished;
    await done;
    await second.close();
    expect(await verify(plane, random(), () => readAll(second.nc, study))).toEqual({ recomputed: 20 });
  });

  it('can run twice: one decides, and the other takes over when it is gone', async () => {
    const study = fresh();
    const [a, b] = [await engineOn(server, { study, trials: 60, parallel: 3 }), await engineOn(server, { study, trials: 60, parallel: 3 })];
    const { done } = trainer<At>({ nc: await server.connect(), study }, { slots: 3 }, square);
    await b.heard.until(isFact('completed', { trial: 20 }));
    await a.nc.close(); // as if it were gone
    await b.port.finished;
    await done;
    const facts = await factsOf(b.nc, study);
    const suggested = facts.flatMap((fact) => (fact.type === 'suggested' ? [fact.trial] : []));
    expect(suggested).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(facts.filter(({ type }) => type === 'completed')).toHaveLength(60);
    expect(await verify(plane, random(), () => readAll(b.nc, study))).toEqual({ recomputed: 60 });
    await b.close();
  });

  it('creates a deleted consumer again, from the first unclaimed suggestion', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2, parallel: 2, lease: 1.5 });
    const { say, nc } = await hand(study);
    await engine.heard.until(isFact('suggested', { trial: 2 }));
    await say(1, { type: 'started', attempt: 1, run: 'r' });
    await say(1, { type: 'completed', run: 'r', values: { value: 1 } });
    await engine.heard.until(isFact('completed'));
    const { stream } = subjectsOf(study);
    const jsm = await jetstreamManager(nc);
    await jsm.consumers.delete(stream, 'trainers');
    const { done } = trainer<At>({ nc: await server.connect(), study }, {}, square);
    await engine.port.finished;
    await done;
    expect((await factsOf(nc, study)).filter(({ type }) => type === 'started')).toHaveLength(2);
  });

  it('refuses a stream of another study', async () => {
    const study = fresh();
    const first = await engineOn(server, { study, trials: 2, seed: 1 });
    await first.heard.until(isFact('created'));
    await first.close();
    const other = await engineOn(server, { study, trials: 2, seed: 2 });
    await expect(other.port.finished).rejects.toThrow('seed');
  });
});

async function* readAll(nc: Parameters<typeof natsLog>[0], study: string) {
  const log = await natsLog(nc, study, { create: false });
  const head = await log.head();
  for await (const entries of log.read()) {
    yield entries;
    if (entries.at(-1)!.position >= head) return;
  }
}
