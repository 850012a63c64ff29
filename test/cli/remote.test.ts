import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readingFeed } from '../../src/server/feed/feed.ts';
import { connectTo } from '../../streams/nats/connection/connect.ts';
import { trainer } from '../../streams/nats/index.ts';
import { natsSource } from '../../streams/nats/place/natsSource.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import type { ServedStudy } from '../../streams/nats/serve/serveStudy.ts';
import { request } from '../../streams/nats/studiesOn.ts';
import { engineBy } from '../streams/nats/world.ts';
import { ensurePage } from '../support/build.ts';
import { eventually } from '../support/eventually.ts';
import { line } from '../support/line.ts';
import { natsOfTests } from '../support/natsOfTests.ts';
import { inboxOf, type TeamServer, teamServer } from '../support/teamServer.ts';
import { directory, expectRecomputed, expectRefused, hasTrace, hypertide, studyIn, TRAINER } from './support.ts';

await ensurePage(); // for reports and the dashboard
const server = natsOfTests();

const at = (study: string) => `${server.url}/${study}`;
/** An engine that has suggested its first trial. */
async function engineOf(study: string, trials: number) {
  const engine = await engineBy(await server.connect(), { study, trials, parallel: 1 }, line);
  await eventually(() => expect([...engine.port.rows]).not.toEqual([]));
  return engine;
}
const work = async (study: string) => trainer<{ x: number }>({ nc: await server.connect(), study }, { name: 'w' }, ({ x }) => x * x).done;

/** A study of some trials that is over, and that no engine serves. */
async function finished(study: string, trials = 5): Promise<void> {
  await using _engine = await engineOf(study, trials);
  await work(study);
}

describe('commands on a study on a server', () => {
  it('say that an engine is of another version if it does not know a request', async () => {
    await finished('older', 2);
    const nc = await server.connect();
    const old = nc.subscribe(subjectsOf('older').rpc('*'), {
      callback: (_, message) => {
        const method = message.subject.split('.').at(-1);
        message.respond(JSON.stringify({ ok: false, code: 'unknown-command', error: `there is no ${method}; there are status, best` }));
      },
    });
    expect(await hypertide(directory(), 'worker', 'list', at('older'))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^w /m),
      err: expect.stringContaining('the engine is of another version, so it is not known which workers are connected'),
    });
    expectRefused(await hypertide(directory(), 'trial', 'annotate', at('older'), '--note', 'new'));
    old.unsubscribe();
  });

  it('read its stream, though no engine serves it', async () => {
    const place = directory();
    await finished('read');
    const on = (command: string, ...more: string[]) => hypertide(place, ...command.split(' '), at('read'), ...more);
    const rows: { trial: number; values: { value: number } }[] = JSON.parse((await on('trials', '--json')).out);
    expect(rows.map(({ trial }) => trial)).toEqual([1, 2, 3, 4, 5]);
    const { out: facts } = await on('trials', '3');
    expect(facts).toMatch(/^\d+ +\S+Z +engine +suggested /m);
    expect(facts).toMatch(/^\d+ +\S+Z +w +completed +.*value=/m);
    const best = Math.min(...rows.map(({ values }) => values.value));
    expect(JSON.parse((await on('best', '--json')).out)).toMatchObject({ values: { value: best } });
    expect((await on('export')).out.trim().split('\n')).toHaveLength(5);
    expectRecomputed(await on('verify'), 5);
    expect(Object.keys(JSON.parse((await on('study importance', '--json')).out).fanova)).toEqual(['x']);
    writeFileSync(join(place, 'study.yaml'), 'parameters: { x: { type: float, low: -5, high: 5 } }\ntrials: 3\nstrategy: random\n');
    const simulated = await hypertide(place, 'dev', 'simulate', at('read'), 'study.yaml', '--seeds', '1', '--json');
    expect(JSON.parse(simulated.out)).toMatchObject({ cost: 3 });
    expect((await on('study report')).code).toBe(0);
    expect(existsSync(join(place, 'read.html'))).toBe(true);
  });

  it('reach the next server if the first one is away', async () => {
    await finished('next', 1);
    const best = await hypertide(directory(), 'best', `nats://127.0.0.1:1,${server.url}/next`, '--json');
    expect(best).toMatchObject({ code: 0, err: '' });
  });

  it('archive files of trials only from a folder that is named', async () => {
    const place = directory();
    await finished('packed', 2);
    for (const folder of ['packed.trials', 'mine']) {
      mkdirSync(join(place, folder));
      writeFileSync(join(place, folder, 'note'), folder);
    }
    const packed = async (output: string, ...more: string[]) => {
      const { err } = await hypertide(place, 'study', 'archive', at('packed'), '-o', output, ...more);
      await hypertide(place, 'study', 'restore', output, join(output.slice(0, 1), 'again.jsonl'));
      return { err, trials: existsSync(join(place, output.slice(0, 1), 'again.trials', 'note')) };
    };
    expect(await packed('a.tar.gz')).toEqual({ err: expect.stringContaining('packed.trials: left out'), trials: false });
    expect(await packed('b.tar.gz', '--directory', 'mine')).toEqual({ err: expect.not.stringContaining('left out'), trials: true });
  });

  it('pass commands to the engine, and show their position in the log', async () => {
    const place = directory();
    await using _engine = await engineOf('say', 3);
    const on = (command: string, ...more: string[]) => hypertide(place, ...command.split(' '), at('say'), ...more);
    const trial = async (n: number) => JSON.parse((await on('trials', '--json')).out).find((row: { trial: number }) => row.trial === n);
    expect(await on('trial cancel', '1')).toMatchObject({ code: 0, out: '', err: 'trial 1 is stopped\n' });
    expect((await on('trial enqueue', 'x=3')).err).toBe('enqueued: it is tried next\n');
    expect((await on('change', '--trials', '+1')).err).toBe('changed: trials 3 -> 4\n');
    await work('say');
    const all: { trial: number; by: string; params: { x: number }; suggested: number }[] = JSON.parse((await on('trials', '--json')).out);
    expect(all).toHaveLength(4);
    const queued = all.find(({ by }) => by === 'queue')!;
    expect(queued).toMatchObject({ params: { x: 3 } });
    expect((await on('trial retract', String(queued.trial))).code).toBe(0);
    expect(await trial(queued.trial)).toMatchObject({ status: 'retracted' });
    expectRefused(await on('study close'));
    await on('change', '--trials', '+1');
    expect(await on('study close')).toMatchObject({ code: 0, err: 'the study is closed; "hypertide change" reopens it\n' });
    for (const wrong of [
      ['trial cancel', '99'],
      ['trial cancel', 'one'],
      ['trial cancel'],
      ['trial cancel', 'study.jsonl', '1'],
      ['trial enqueue'],
      ['trial enqueue', 'x=99'],
      ['change', '--strategy', 'randm'],
    ]) {
      const ended = await on(...(wrong as [string]));
      expect(ended, wrong.join(' ')).toMatchObject({ code: 2, out: '' });
      expect(hasTrace(ended)).toBe(false);
    }
  });

  it('admit a worker by the current strategy, not by the one that the study began with', async () => {
    const engine = await engineOf('forced', 2);
    const pausing = JSON.stringify({ chain: [{ asha: { min: 1, max: 3, pause: true } }, 'random'] });
    const change = () => hypertide(directory(), 'change', at('forced'), '--strategy', pausing);
    expectRefused(await change());
    const { submit: declare } = await natsSource(await server.connect(), 'forced', 'forced');
    await declare({ type: 'change', strategy: JSON.parse(pausing), resumes: true });
    const worker = (...more: string[]) => hypertide(directory(), 'worker', at('forced'), '--name', 'w', '--', ...TRAINER, ...more);
    const saved = { code: 0, err: expect.not.stringContaining('stays on this machine') };
    expect(await worker()).toMatchObject(saved);
    await hypertide(directory(), 'change', at('forced'), '--trials', '+1');
    expect(await worker()).toMatchObject(saved);
    await engine.close();

    await using _undeclared = await engineOf('undeclared', 2);
    const { submit } = await natsSource(await server.connect(), 'undeclared', 'undeclared');
    await submit({ type: 'change', strategy: JSON.parse(pausing) });
    expectRefused(await hypertide(directory(), 'worker', at('undeclared'), '--', ...TRAINER));
  });

  it('end an idle worker, also if its study does not exist', async () => {
    const ended = await hypertide(directory(), 'worker', at('absent'), '--idle', '0.2', '--', ...TRAINER);
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining('absent: no trial for 0.2 s, so this worker ends') });
  });

  it('wait for a trial as long as a timer of Node cannot', async () => {
    await using _engine = await engineOf('patient', 1);
    const ended = await hypertide(directory(), 'worker', at('patient'), '--idle', '30d', '--', ...TRAINER);
    expect(ended).toMatchObject({ code: 0, err: expect.not.stringContaining('no trial for') });
  });

  it('say of a run that does not count that no worker takes its trial again', async () => {
    await using engine = await engineOf('refused', 1);
    const worker = hypertide(directory(), 'worker', at('refused'), '--name', 'w', '--', 'sleep', '600');
    await eventually(() => expect([...engine.port.rows]).toMatchObject([{ running: true }]));
    const [{ run } = {}] = engine.port.rows;
    const nc = await server.connect();
    nc.publish('ht.refused.rejected.w', JSON.stringify({ position: 9, code: 'ended', message: 'ended', type: 'started', trial: 1, run }));
    await request(nc, 'refused', 'close');
    expect((await worker).err).toContain(
      'trial 1: this run does not count: the trial has ended, another run holds it, or this worker has lost the study\n',
    );
  });

  const wrong = [
    ['best', 'URL/none'],
    ['best', 'nats://127.0.0.1:1/s'],
    ['best', 'nats://me:secret@127.0.0.1:1/s'],
    ['serve', 'study.yaml', '--nats', 'nats://no such place'],
    ['serve', 'study.yaml', '--nats', 'URL', '--nkey', 'nosuch.nk'],
    ['serve', 'study.yaml', '--nats', 'URL', '--nkey', 'study.yaml'],
    ['trial', 'cancel', 'URL/over', '1'],
    ['change', 'URL/over', '--trials', '+1'],
    ['best', 'URL/A b'],
    ['best', 'URL/over', 'study.jsonl'],
    ['best', 'wss://127.0.0.1:1/s'],
    ['best'],
    ['study', 'copy'],
    ['study', 'copy', 'URL/over', 'a', 'b'],
    ['serve', '--all', 'team.*', '--nats', 'URL'],
    ['serve', '--all', 'team*', '--once', '--nats', 'URL'],
    ['worker', 'drain', 'URL/team.*', 'w1'],
    ['dev', 'simulate', 'study.yaml'],
  ];
  it.each(wrong.map((words) => [words]))('%j reports the error in one line', async (words) => {
    if (words.includes('URL/over')) await finished('over', 1);
    const ended = await hypertide(studyIn(), ...words.map((word) => word.replace('URL', server.url)));
    expectRefused(ended);
    expect(ended.err.trim().split('\n')).toHaveLength(1);
  });
});

describe('on a server with the least rights for each user', () => {
  let own: TeamServer;
  let place: string;
  let engine: ServedStudy;
  beforeAll(async () => {
    own = await teamServer('w1');
    place = directory();
    mkdirSync(join(place, 'keys'));
    for (const [name, creds] of Object.entries(own.creds)) writeFileSync(join(place, 'keys', `${name}.creds`), creds);
    engine = await engineAs();
    await trainer<{ x: number }>({ nc: await as('w1'), study: 's1' }, { name: 'w1' }, ({ x }) => x * x).done;
  });
  afterAll(async () => {
    await engine.close();
    await own.dispose();
  });
  const as = (name: string) => connectTo(own.url, { creds: join(place, 'keys', `${name}.creds`), inboxPrefix: inboxOf(name) });
  const engineAs = async () => engineBy(await as('engine'), { study: 's1', trials: 3 }, line);
  const on = (name: string, command: string, ...more: string[]) =>
    hypertide(place, ...command.split(' '), `${own.url}/s1`, '--creds', `keys/${name}.creds`, ...more);

  it.each(['viewer', 'operator', 'engine'])('the %s reads', async (name) => {
    expect(JSON.parse((await on(name, 'trials', '--json')).out)).toHaveLength(3);
    expectRecomputed(await on(name, 'verify'), 3);
  });

  it('the dashboard of a viewer follows it, though its engine is away for a while', async () => {
    const feed = readingFeed('s1', await natsSource(await as('viewer'), 's1', 's1'));
    await feed.caughtUp;
    expect(feed.headline()).toMatchObject({ study: 's1', completed: 3 });
    await engine.close();
    await sleep(600); // it looks for new facts meanwhile
    engine = await engineAs();
    expect((await on('operator', 'change', '--trials', '+1')).code).toBe(0);
    await eventually(() => expect(feed.headline()!.limit).toBe(4));
    expect(feed.closed).toBe(false);
    feed.close();
  });

  it('the user of an engine may not send requests to engines, and archives what it may read', async () => {
    const listed = await hypertide(place, 'study', 'list', own.url, '--creds', 'keys/engine.creds');
    expect(listed).toMatchObject({ code: 0, err: expect.stringContaining('this user has no right to ask engines') });
    expect(listed.out).toMatch(/^s1 +unknown/m);
    expect((await on('engine', 'worker list')).err).toBe(
      'this user has no right to ask the engine, so it is not known which workers are connected\n',
    );
    expect((await on('engine', 'study archive', '-o', 's1.tar.gz')).code).toBe(0);
  });

  it('the operator acts, and a viewer is refused', async () => {
    expectRefused(await on('viewer', 'change', '--trials', '+1'));
    expect(await on('operator', 'change', '--trials', '+1')).toMatchObject({ code: 0, err: 'changed: trials 4 -> 5\n' });
    expect((await on('operator', 'trial enqueue', 'x=1')).code).toBe(0);
    expect((await on('operator', 'study close')).code).toBe(0);
  });

  it('a viewer may list the studies', async () => {
    const { code, out } = await hypertide(place, 'study', 'list', own.url, '--creds', 'keys/viewer.creds');
    expect(code).toBe(0);
    expect(out).toContain('s1');
  });

  it('a trainer may not read', async () => {
    const ended = await on('w1', 'best');
    expectRefused(ended);
  });

  it('a command without a login is refused, with advice', async () => {
    expectRefused(await hypertide(place, 'best', `${own.url}/s1`));
  });

  it('a trainer may read the last change, which declares that trainers resume', async () => {
    await using _second = await engineBy(await as('engine'), { study: 's2', trials: 1 }, line);
    const { submit } = await natsSource(await as('operator'), 's2', 's2');
    const strategy = { chain: [{ asha: { min: 1, max: 3, pause: true } }, 'random'] };
    await submit({ type: 'change', strategy });
    const words = [`${own.url}/s2`, '--name', 'w1', '--creds', 'keys/w1.creds', '--', ...TRAINER];
    expectRefused(await hypertide(place, 'worker', ...words));
    await submit({ type: 'change', strategy, resumes: true });
    expect(await hypertide(place, 'worker', ...words)).toMatchObject({ code: 0 });
  });

  it('a viewer reads nothing without an engine, and the user of an engine reads the stream', async () => {
    await engine.close();
    expectRefused(await on('viewer', 'best'));
    expect((await on('engine', 'best')).code).toBe(0);
  });
});
