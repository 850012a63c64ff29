import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../streams/nats/world.ts';
import { natsOfTests } from '../support/natsOfTests.ts';
import { directory, hypertide, start, studyIn, until } from './support.ts';

const server = natsOfTests();

const at = () => ['--nats', server.url];
const on = (study: string) => `${server.url}/${study}`;
const program = (script: string) => ['--', 'sh', '-c', script];
/** Two studies in one folder. */
function two(trials: number): string {
  const place = directory();
  for (const name of ['north', 'south']) {
    writeFileSync(join(place, `${name}.yaml`), `name: ${name}\nparameters: { x: { type: float, low: 0, high: 1 } }\ntrials: ${trials}\n`);
  }
  return place;
}

describe('workers', () => {
  it('serve several studies, and end when there is no trial left', async () => {
    const place = two(6);
    const serve = start(place, 'serve', 'north.yaml', 'south.yaml', ...at());
    await until(() => ['north', 'south'].every((study) => serve.said().includes(`${study}: started`)));
    const words = ['--name', 'w1', '--parallel', '2', '--idle', '8'];
    const worker = start(place, 'worker', on('north=2,south,none'), ...words, ...program('sleep 0.1; echo loss=$HYPERTIDE_PARAM_X'));
    const { code } = await worker.ended; // it is idle: the study "none" does not exist
    expect(code).toBe(0);
    for (const study of ['north', 'south']) {
      expect(worker.said().match(new RegExp(`^${study}: trial \\d completed`, 'gm'))).toHaveLength(6);
      expect(worker.said()).toContain(`${study}: the study has closed (trials); this worker ends when it serves no other study\n`);
      const listed = JSON.parse((await hypertide(place, 'worker', 'list', on(study), '--json')).out);
      expect(listed).toEqual([expect.objectContaining({ trainer: 'w1', results: 6, failures: 0, holds: [] })]);
    }
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  it('run a program of their own for each study of a configuration, also for studies that begin or reopen later', async () => {
    const place = directory();
    const write = (name: string, ...lines: string[]) => writeFileSync(join(place, name), `${lines.join('\n')}\n`);
    for (const name of ['team-a', 'team-b', 'team-own', 'other'])
      write(`${name}.yaml`, 'parameters: { x: { type: float, low: 0, high: 1 } }', 'trials: 2');
    write(
      'worker.yaml',
      'studies:',
      "  'team-*': { command: [sh, -c, 'echo value=1 x=$HYPERTIDE_PARAM_X'] }",
      "  team-own: { command: [sh, -c, 'echo loss=2 x=$HYPERTIDE_PARAM_X'], metric: loss, parallel: 1 }",
    );
    const { streams } = await jetstreamManager(await server.connect());
    await streams.add({ name: 'HT_team-Other+', subjects: ['other.>'] }); // of another program
    const of = (study: string, ...words: string[]) => hypertide(place, words[0]!, on(study), ...words.slice(1));
    const serve = start(place, 'serve', 'team-a.yaml', 'team-own.yaml', 'other.yaml', '--all', 'team-*', ...at());
    const worker = start(place, 'worker', server.url, '--config', 'worker.yaml', '--parallel', '2', '--directory', 'files');
    await until(() => ['team-a', 'team-own'].every((study) => worker.said().includes(`${study}: the study has closed (trials)`)));
    await streams.add({ name: 'HT_team-Another+', subjects: ['another.>'] });
    expect(await hypertide(place, 'study', 'create', 'team-b.yaml', server.url)).toMatchObject({ code: 0 });
    await until(() => worker.said().includes('team-b: the study has closed (trials); this worker takes its trials again if it reopens'));
    expect((await of('team-a', 'change', '--trials', '+1')).code).toBe(0);
    await until(() => worker.said().includes('team-a: trial 3 completed value=1'));
    expect(worker.said()).toMatch(/^team-own: trial 2 completed value=2/m);
    expect(worker.said()).toMatch(/^team-b: trial 2 completed value=1/m);
    expect(worker.said()).not.toMatch(/^other: |Another|Other/m);
    expect(existsSync(join(place, 'files', 'team-a', 'trial-3'))).toBe(true);
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(130);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  it('work on a study whose name matches as soon as nothing prevents it', async () => {
    const place = directory();
    const study = 'name: lab-1\nparameters: { x: { type: float, low: 0, high: 1 } }\ntrials: 1\n';
    writeFileSync(join(place, 'large.yaml'), `${study}requires: { gpu: 1 }\n`);
    writeFileSync(join(place, 'small.yaml'), study);
    const serve = start(place, 'serve', '--all', 'lab-*', ...at());
    /** Asks until there is an answer: the first one may come too late. */
    const create = async (file: string): Promise<void> => {
      const { code, err } = await hypertide(place, 'study', 'create', file, server.url);
      if (code !== 0 && !err.includes('there is a study lab-1')) await create(file);
    };
    await create('large.yaml');
    const worker = start(place, 'worker', on('lab-*'), ...program('echo loss=1'));
    await until(() => worker.said().includes('lab-1: this worker does not serve it: each trial of lab-1 requires gpu=1'));
    expect((await hypertide(place, 'study', 'delete', on('lab-1'), '--yes')).code).toBe(0);
    await create('small.yaml');
    await until(() => worker.said().includes('lab-1: trial 1 completed'));
    expect(worker.said().match(/does not serve it/g)).toHaveLength(1);
    for (const { child, ended } of [worker, serve]) {
      child.kill('SIGTERM');
      await ended;
    }
  });

  it('of a pattern work again on a study from which they were drained', async () => {
    const place = studyIn('name: pool-1\ntrials: 1000\n');
    const serve = start(place, 'serve', 'study.yaml', ...at());
    const worker = start(place, 'worker', on('pool-*'), '--name', 'w1', ...program('echo loss=1'));
    await until(() => worker.said().includes('pool-1: trial 1 completed'));
    const tell = (command: string) => hypertide(place, 'worker', command, on('pool-1'), 'w1');
    expect((await tell('drain')).code).toBe(0);
    await until(() => /^pool-1: this worker is drained$/m.test(worker.said()));
    const before = worker.said().length;
    expect((await tell('resume')).code).toBe(0);
    await until(() => /trial \d+ completed/.test(worker.said().slice(before)));
    for (const { child, ended } of [worker, serve]) {
      child.kill('SIGTERM');
      await ended;
    }
  });

  it('run only trials for which they have what the study requires', async () => {
    const place = studyIn('name: large\ntrials: 4\nparallel: 4\nrequires: { gpu: 1, memory: 2GiB }\n');
    const serve = start(place, 'serve', 'study.yaml', ...at());
    const work = (...slots: string[]) =>
      start(place, 'worker', on('large'), '--name', 'w1', '--parallel', '4', ...slots, ...program('sleep 0.3; echo loss=1'));
    const of = start(place, 'worker', on('lar*'), '--idle', '5', ...program('echo loss=1'));
    expect(await of.ended).toMatchObject({ code: 0, err: expect.stringContaining('large: this worker does not serve it: each trial') });
    const without = work('--slots', 'gpu=2');
    expect(await without.ended).toMatchObject({ code: 2 });
    expect(without.said()).toContain('each trial of large requires gpu=1 memory=2GiB, and this machine has gpu=2');
    const worker = work('--slots', 'gpu=2', 'memory=5GB');
    expect((await worker.ended).code).toBe(0);
    const rows = JSON.parse((await hypertide(place, 'trials', on('large'), '--json')).out) as {
      readonly startedAt: number;
      readonly endedAt: number;
    }[];
    const open = (at: number) => rows.filter(({ startedAt, endedAt }) => startedAt <= at && at < endedAt).length;
    expect(rows).toHaveLength(4);
    expect(Math.max(...rows.map(({ startedAt }) => open(startedAt)))).toBeLessThanOrEqual(2);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  it('race programs on the examples of a study, and hand a trial back with its results', async () => {
    const place = studyIn('name: quiz\ntrials: 6\nexamples: names.txt\nobjective: minimize loss\n');
    writeFileSync(join(place, 'names.txt'), 'q1\nq2\nq3\nq4\nq5\nq6\nq7\nq8\n');
    const serve = start(place, 'serve', '--all', '*', ...at());
    const create = async (): Promise<void> => {
      const { code } = await hypertide(place, 'study', 'create', 'study.yaml', server.url);
      if (code !== 0) await create();
    };
    await create();
    const script = (then: string) => `for q in $(cat "$1"); do echo example=$q loss=$HYPERTIDE_PARAM_X usd=1; ${then}; done`;
    const work = (then: string) => start(place, 'worker', on('quiz'), '--', 'sh', '-c', script(then), '-', '{examples}');
    const nc = await server.connect();
    const facts = () => factsOf(nc, 'quiz');
    const first = work('sleep 60');
    while (!(await facts()).some(({ type }) => type === 'reported')) await sleep(50);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(130);
    expect((await work('sleep 0.1').ended).code).toBe(0);
    const attempts = (await facts()).flatMap((fact) => (fact.type === 'suggested' && fact.trial === 1 ? [fact.examples] : []));
    expect(attempts).toEqual([[expect.any(Number), expect.any(Number)], [attempts[0]![1]]]); // the second attempt gets what is missing
    serve.child.kill('SIGTERM');
    await serve.ended;
    const rows = JSON.parse((await hypertide(place, 'trials', on('quiz'), '--json')).out) as readonly object[];
    expect(rows.length).toBeGreaterThan(6);
    expect(await hypertide(place, 'best', on('quiz'))).toMatchObject({ out: expect.stringContaining('(all 8 examples)') });
    expect(await hypertide(place, 'study', 'verify', on('quiz'))).toMatchObject({ code: 0 });
  });

  it('with --keep use their folder alone', async () => {
    const place = studyIn('name: kept\ntrials: 2000\n');
    const serve = start(place, 'serve', 'study.yaml', ...at());
    const work = (name: string, ...words: string[]) =>
      start(place, 'worker', on('kept'), '--name', name, ...words, ...program('sleep 0.1; echo loss=1'));
    const first = work('w1', '--keep', '1MB');
    await until(() => first.said().includes('trial 1 completed'));
    for (const words of [['--keep', '1MB'], []]) {
      const second = work('w2', ...words);
      expect((await second.ended).code).toBe(2);
      expect(second.said()).toContain('is a worker with --keep, which needs this folder for itself');
    }
    const apart = work('w2', '--keep', '1MB', '--directory', 'elsewhere');
    await until(() => /trial \d+ completed/.test(apart.said()));
    for (const { child } of [first, apart]) child.kill('SIGTERM');
    await Promise.all([first.ended, apart.ended]);
    expect(existsSync(join(place, 'kept.trials', 'worker.lock'))).toBe(false);
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  it.each([
    [['a', '--slots', 'gpu'], 'expected a name with an amount, such as gpu=2 or memory=64GiB, got gpu'],
    [['a', '--slots', 'gpu=1', 'gpu=2'], 'expected gpu once, got it twice'],
    [['a=0'], 'expected a name, or a name with a weight such as a=2, got a=0'],
    [['a=1=2'], 'expected a name, or a name with a weight such as a=2, got a=1=2'],
    [['a,a=2'], 'expected each study once, got a twice'],
    [['team.*'], 'expected a pattern of names, such as team-*, got team.*'],
    [['a', '--config', 'worker.yaml'], '--config: expected no name of a study and no program, since the file names both'],
    [[''], 'expected the names of studies in the address'],
  ])('refuse %j', async (words, message) => {
    const { code, err } = await hypertide(directory(), 'worker', on(words[0]!), ...words.slice(1), ...program('true'));
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });

  it('are listed, paused, resumed and drained by name', async () => {
    const place = studyIn('name: named\ntrials: 1000000\n');
    const serve = start(place, 'serve', 'study.yaml', ...at(), '--lease', '2');
    const worker = start(place, 'worker', on('named'), '--name', 'w1', '--monitor', '0', ...program('sleep 0.1; echo loss=1'));
    await until(() => worker.said().includes('trial 1 completed'));
    const [, readyz] = /(http:\S+readyz)/.exec(worker.said())!;
    const ready = async () => {
      const answer = await fetch(readyz!);
      return [answer.status, ((await answer.json()) as { studies: unknown }).studies];
    };
    expect(await ready()).toEqual([200, { named: { phase: 'working' } }]);
    const tell = (command: string, ...words: string[]) => hypertide(place, ...command.split(' '), on('named'), ...words);
    expect((await tell('worker pause', 'w2')).err).toContain('w2: expected a worker of this study (w1)');
    expect((await tell('worker pause')).err).toContain('worker is missing');
    expect(await tell('worker pause', 'w1', '--reason', 'new driver')).toMatchObject({
      code: 0,
      err: expect.stringContaining('w1 takes no trials'),
    });
    await until(() => worker.said().includes('w1 is paused'));
    expect(await ready()).toEqual([503, { named: { phase: 'paused' } }]);
    expect((await tell('worker list')).out).toMatch(/^w1 +paused .*new driver$/m); // the engine may have just started
    expect((await tell('worker resume', 'w1')).code).toBe(0);
    await until(() => worker.said().includes('w1 takes trials again'));
    expect(await ready()).toEqual([200, { named: { phase: 'working' } }]);
    expect((await tell('worker drain', 'w1')).code).toBe(0);
    expect((await worker.ended).code).toBe(0);
    expect(worker.said()).toContain('named: this worker is drained, so it ends');
    expect((await tell('verify')).code).toBe(0);
    for (let out = ''; !/^w1 +drained, not connected /m.test(out); ) ({ out } = await tell('worker list'));
    expect((await tell('study copy', 'copied')).err).toContain(
      'copied: according to its log, these workers take no trials until "hypertide worker resume": w1 (drain)',
    );
    expect((await tell('study close')).code).toBe(0);
    await until(() => serve.said().includes('named: closed'));
    expect((await tell('change', '--trials', '+1')).code).toBe(0);
    await until(() => serve.said().includes('named: reopened'));
    expect((await tell('study close')).code).toBe(0);
    await until(() => serve.said().match(/named: closed/g)?.length === 2);
    serve.child.kill('SIGTERM');
    await serve.ended;
    const { out, err } = await tell('worker list');
    expect(out).toMatch(/^w1 +drained /m);
    expect(out).not.toContain('connected');
    expect(err).toContain('no engine serves the study, so it is not known which workers are connected');
  });
});
