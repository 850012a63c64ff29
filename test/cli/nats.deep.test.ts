import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../streams/nats/world.ts';
import { natsServer } from '../support/nats.ts';
import { natsOfTests } from '../support/natsOfTests.ts';
import { directory, hasTrace, hypertide, start, studyIn, TRAINER, until } from './support.ts';

const server = natsOfTests();

describe('a study on a server', () => {
  it('is served, and worked on by programs', async () => {
    const place = studyIn('trials: 5\nname: cli\n');
    const at = ['--nats', server.url];
    const serve = start(place, 'serve', 'study.yaml', ...at, '--lease', '10');
    const worker = start(place, 'worker', `${server.url}/cli`, '--parallel', '2', '--', ...TRAINER);
    const worked = await worker.ended;
    serve.child.kill('SIGTERM');
    const served = await serve.ended;
    expect([served.code, worked.code]).toEqual([0, 0]);
    for (const ended of [served, worked]) expect(hasTrace(ended)).toBe(false);
    expect(worked.err.match(/trial \d completed/g)).toHaveLength(5);
    const printed = await hypertide(place, 'trial', 'logs', `${server.url}/cli`, '2');
    expect(printed).toMatchObject({ code: 0, out: expect.stringContaining('{"step":2,"value":'), err: '' });
    const elsewhere = await hypertide(directory(), 'trial', 'logs', `${server.url}/cli`, '2');
    expect(elsewhere).toMatchObject({ code: 2, err: expect.stringContaining('if it was kept elsewhere, name the place with --directory') });
    // It is resumed, and closed as it is.
    const again = await start(place, 'serve', 'study.yaml', ...at, '--once').ended;
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('cli: resumed') });
  });

  it('shows the output of a trial while it runs, until it ends', async () => {
    const place = studyIn('trials: 1\nname: follow\n');
    const at = ['--nats', server.url];
    const serve = start(place, 'serve', 'study.yaml', ...at, '--once');
    await until(() => serve.said().includes('follow: started'));
    const logs = start(place, 'trial', 'logs', `${server.url}/follow`, '1', '-f'); // it waits for a trainer
    const script = 'echo step=1 loss=1; until test -f go; do sleep 0.1; done; echo loss=0.5';
    const worker = start(place, 'worker', `${server.url}/follow`, '--', 'sh', '-c', script, '{x}');
    let out = '';
    logs.child.stdout!.on('data', (text: string) => {
      out += text;
    });
    await until(() => out.includes('step=1 loss=1\n'));
    writeFileSync(join(place, 'go'), '');
    expect(await logs.ended).toMatchObject({ code: 0, out: 'step=1 loss=1\nloss=0.5\n' });
    expect((await worker.ended).code).toBe(0);
    expect((await serve.ended).code).toBe(0);
  });

  it('is paused by a fact when the first trials fail for the same reason, and workers learn the name of the value from suggestions', async () => {
    const place = studyIn('name: alike\ntrials: 4\n');
    const at = `${server.url}/alike`;
    const serve = start(place, 'serve', 'study.yaml', '--nats', server.url, '--lease', '10');
    const broken = start(place, 'worker', at, '--', 'sh', '-c', 'exit 7');
    await until(() => serve.said().includes('alike: correct the trainers'));
    expect(serve.said()).toContain('alike: trials 1, 2, 3 failed for the same reason, so the study is paused: error: exited with code 7');
    broken.child.kill('SIGTERM');
    await broken.ended;
    expect((await hypertide(place, 'resume', at)).code).toBe(0);
    const one = start(place, 'worker', at, '--', 'sh', '-c', 'echo "epoch=1 loss=$0"; echo "epoch=2 loss=$0"', '{x}');
    const worked = await one.ended;
    expect(worked.err.match(/the result is loss, as the names of the printed values say/g)).toHaveLength(1);
    const { out } = await hypertide(place, 'export', at);
    expect(out.match(/"status":"completed"/g)).toHaveLength(4);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  it('continues with the others when one of several studies is deleted, and its exit status is 1', async () => {
    await using own = await natsServer();
    const place = studyIn('trials: 2\nname: goes\n');
    const text = readFileSync(join(place, 'study.yaml'), 'utf8');
    writeFileSync(join(place, 'other.yaml'), text.replace('goes', 'lasts'));
    const nc = await own.connect();
    const serve = start(place, 'serve', 'study.yaml', 'other.yaml', '--nats', own.url, '--once');
    await until(() => ['goes: started', 'lasts: started'].every((line) => serve.said().includes(line)));
    await (await jetstreamManager(nc)).streams.delete('HT_goes');
    await until(() => serve.said().includes('goes: is no longer served: the stream HT_goes is gone: it was deleted'));
    const worker = await start(place, 'worker', `${own.url}/lasts`, '--', ...TRAINER).ended;
    expect(worker.code).toBe(0);
    const served = await serve.ended;
    expect(served).toMatchObject({ code: 8, err: expect.stringContaining('lasts: closed') });
    expect(hasTrace(served)).toBe(false);
  });

  it('prints what it waits for, and obeys SIGTERM while it waits', async () => {
    const place = studyIn();
    await using own = await natsServer('accounts { POOR { users: [{ user: poor, password: poor }] } }'); // an account without JetStream
    const url = own.url.replace('//', '//poor:poor@');
    const at = ['--nats', url];
    const begun = [
      { ...start(place, 'serve', 'study.yaml', ...at), waits: 'has no JetStream for the account of this login', code: 0 },
      { ...start(place, 'worker', `${url}/s`, '--', 'true'), waits: 'waiting for the study s', code: 130 },
    ];
    for (const { child, said, waits, ended, code } of begun) {
      await until(() => said().includes(waits));
      child.kill('SIGTERM');
      expect((await ended).code, waits).toBe(code);
    }
  });

  it('obeys SIGTERM while the server is away', async () => {
    const place = studyIn('name: away\n');
    await using own = await natsServer();
    const at = ['--nats', own.url];
    const serve = start(place, 'serve', 'study.yaml', ...at);
    const worker = start(place, 'worker', `${own.url}/away`, '--', 'sleep', '60');
    const nc = await own.connect();
    const subscription = nc.subscribe('ht.away.log.by.>', { max: 1 });
    for await (const _ of subscription);
    await own.kill();
    for (const { said } of [serve, worker]) await until(() => said().includes('the connection to the server is lost'));
    serve.child.kill('SIGTERM');
    expect(await serve.ended).toMatchObject({ code: 0, err: expect.not.stringContaining('closed') });
    worker.child.kill('SIGTERM');
    await until(() => worker.said().includes('interrupt again to end at once'));
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(130);
  });

  it('a worker hands its trials back at SIGTERM', async () => {
    const place = studyIn('trials: 1\nname: back\n');
    const at = ['--nats', server.url];
    const serve = start(place, 'serve', 'study.yaml', ...at, '--once');
    const first = start(place, 'worker', `${server.url}/back`, '--', 'sleep', '60');
    const nc = await server.connect();
    const subscription = nc.subscribe('ht.back.log.by.>', { max: 1 });
    for await (const _ of subscription);
    first.child.kill('SIGTERM');
    expect(await first.ended).toMatchObject({
      code: 130,
      // It may be interrupted after its claim and before its program starts.
      err: expect.stringMatching(/trial 1 handed back(; another worker begins it again| before it began, for another worker)/),
    });
    expect(first.said()).not.toContain('failed');
    const second = start(place, 'worker', `${server.url}/back`, '--directory', join(place, 'second'), '--', ...TRAINER);
    expect((await second.ended).code).toBe(0);
    expect((await serve.ended).code).toBe(0);
    // A worker that starts too late prints that once, and ends.
    const late = await start(place, 'worker', `${server.url}/back`, '--', ...TRAINER).ended;
    expect(late.code).toBe(0);
    expect(late.err.match(/back: the study has closed \(trials\), so this worker ends/g)).toHaveLength(1);
  });

  it('begins with what an earlier study on the server found', async () => {
    const at = ['--nats', server.url];
    const played = async (name: string, more = '') => {
      const place = studyIn(`trials: 8\nname: ${name}\n${more}`);
      const serve = start(place, 'serve', 'study.yaml', ...at, '--once');
      const worker = start(place, 'worker', `${server.url}/${name}`, '--', ...TRAINER);
      expect((await serve.ended).code).toBe(0);
      await worker.ended;
    };
    await played('former');
    await played('latter', 'earlier: [nats:former]\n');
    const nc = await server.connect();
    const [created] = await factsOf(nc, 'latter');
    expect(created).toMatchObject({ earlier: { studies: [{ study: 'former', results: 8 }] } });
    expect(await factsOf(nc, 'latter')).toContainEqual(expect.objectContaining({ type: 'suggested', trial: 1, by: 'earlier' }));
  });

  it('ends a worker that has had no trial for as long as --idle says', async () => {
    const place = studyIn('trials: 1000000\nname: idle\n');
    const at = ['--nats', server.url];
    const serve = start(place, 'serve', 'study.yaml', ...at);
    const first = start(place, 'worker', `${server.url}/idle`, '--name', 'first', '--', ...TRAINER);
    await until(() => first.said().includes('trial 1 '));
    await hypertide(place, 'pause', `${server.url}/idle`);
    const second = await start(place, 'worker', `${server.url}/idle`, '--name', 'second', '--idle', '1', '--', ...TRAINER).ended;
    expect(second).toMatchObject({ code: 0, err: expect.stringContaining('idle: no trial for 1 s, so this worker ends') });
    for (const { child } of [first, serve]) child.kill('SIGTERM');
    await Promise.all([first.ended, serve.ended]);
  });
});
