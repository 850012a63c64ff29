import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { hasTrace, hypertide, start, studyIn, TRAINER } from './support.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await natsServer();
});
afterAll(() => server.dispose());

describe('a study on a server', () => {
  it('is served, worked on by programs, and watched', async () => {
    const place = studyIn('trials: 5\nname: cli\n');
    const at = ['--nats', server.url];
    const watch = start(place, 'watch', ...at, '--study', 'cli', '--json');
    const serve = start(place, 'serve', 'study.yaml', ...at, '--lease', '10');
    const worker = start(place, 'worker', ...at, '--study', 'cli', '--parallel', '2', '--', ...TRAINER);
    const [worked, watched] = await Promise.all([worker.ended, watch.ended]);
    serve.child.kill('SIGTERM');
    const served = await serve.ended;
    expect([served.code, worked.code, watched.code]).toEqual([0, 0, 0]);
    for (const ended of [served, worked, watched]) expect(hasTrace(ended)).toBe(false);
    expect(worked.err.match(/trial \d completed/g)).toHaveLength(5);
    const seen = watched.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(seen.some(({ status }) => status?.completed === 5)).toBe(true);
    // It is gone on with, and closed as it is.
    const again = await start(place, 'serve', 'study.yaml', ...at, '--once').ended;
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('cli: gone on with') });
  });

  it('ends with one line where there is no server, and with another for wrong names', async () => {
    const place = studyIn();
    for (const command of [
      ['serve', 'study.yaml', '--nats', 'nats://127.0.0.1:1'],
      ['worker', '--nats', 'nats://127.0.0.1:1', '--study', 's', '--', 'true'],
      ['watch', '--nats', 'nats://127.0.0.1:1', '--study', 's'],
      ['worker', '--nats', server.url, '--study', 'A b', '--', 'true'],
      ['nats-conform', '--nats', server.url, '--', 'true', '{nats}', '{study}'],
      ['nats-conform', '--nats', 'nats://127.0.0.1:1', '--', 'true', '{nats}', '{study}', '{name}'],
    ]) {
      const ended = await hypertide(place, ...command);
      expect(ended.code).toBe(2);
      expect(ended.err.trim().split('\n')).toHaveLength(1);
      expect(hasTrace(ended)).toBe(false);
    }
  });

  it('says what a trainer does that keeps no rule', async () => {
    const { code, out } = await hypertide(studyIn(), 'nats-conform', '--nats', server.url, '--', 'false', '{nats}', '{study}', '{name}');
    expect(code).toBe(1);
    expect(out).toContain('with exit status 0, not 1');
    expect(out).toContain('the trainer is to claim trial 1: it ended with exit status 1');
    expect(out.match(/^(not )?ok /gm)).toHaveLength(8);
    expect(out.trimEnd().split('\n').at(-1)).toBe('it breaks 8 of them');
  });

  it('gives back what a worker runs when that is told to end', async () => {
    const place = studyIn('trials: 1\nname: back\n');
    const at = ['--nats', server.url];
    const serve = start(place, 'serve', 'study.yaml', ...at, '--once');
    const first = start(place, 'worker', ...at, '--study', 'back', '--', 'sleep', '60');
    const nc = await server.connect();
    const subscription = nc.subscribe('ht.back.log.by.>', { max: 1 });
    for await (const _ of subscription);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(130);
    const second = start(place, 'worker', ...at, '--study', 'back', '--directory', join(place, 'second'), '--', ...TRAINER);
    expect((await second.ended).code).toBe(0);
    expect((await serve.ended).code).toBe(0);
  });
});
