import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { random } from '../../streams/index.ts';
import { trainer } from '../../streams/nats/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { directory, hypertide } from '../cli/support.ts';
import { line } from '../support/line.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await natsServer();
});
afterAll(() => server.dispose());

it('--all acts on a worker in each open study that matches and that the worker serves', async () => {
  const place = directory();
  const on = (...words: readonly string[]) => hypertide(place, ...words, '--nats', server.url);
  const statusIn = async (study: string, name: string) =>
    (JSON.parse((await on('workers', '--study', study, '--json')).out) as { trainer: string; to: string }[]).find(
      (row) => row.trainer === name,
    )?.to;
  const names = ['all-a', 'all-b', 'all-c', 'other'];
  const engines = await Promise.all(
    names.map(async (study) => serve(await server.connect(), line, { strategy: random(), study, trials: 100_000, parallel: 8 })),
  );
  const work = async (study: string, name: string) =>
    trainer<{ x: number }>(await server.connect(), study, async ({ x }) => sleep(20, x), { name });
  const mine = await Promise.all(['all-a', 'all-b', 'other'].map((study) => work(study, 'w1')));
  const neighbour = await work('all-c', 'w2');
  await vi.waitFor(
    () => expect(engines.map(({ rows }) => [...rows].some(({ status }) => status === 'completed'))).toEqual([true, true, true, true]),
    {
      timeout: 30_000,
    },
  );

  const paused = await on('pause', 'w1', '--all', 'all-?', '--reason', 'new driver', '--json');
  expect(paused.code).toBe(0);
  expect(
    paused.out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text)),
  ).toEqual([
    { study: 'all-a', position: expect.any(Number), fact: expect.objectContaining({ trainer: 'w1', to: 'pause', reason: 'new driver' }) },
    { study: 'all-b', position: expect.any(Number), fact: expect.objectContaining({ trainer: 'w1', to: 'pause' }) },
  ]);
  const statuses: unknown[] = [];
  for (const study of names) statuses.push(await statusIn(study, 'w1'));
  expect(statuses).toEqual(['pause', 'pause', undefined, 'work']);
  expect(await on('resume', 'w1', '--all', '*')).toMatchObject({
    code: 0,
    err: 'all-a: w1 takes trials again\nall-b: w1 takes trials again\nother: w1 has this instruction already\n',
  });

  expect((await on('close', '--study', 'other')).code).toBe(0);
  expect((await on('drain', 'w1', '--all', '*')).err).not.toContain('other: ');
  await Promise.all(mine.map(({ done }) => done));
  expect(await on('drain', 'w1', '--all', 'all-c')).toMatchObject({
    code: 2,
    err: 'hypertide: w1: expected a worker of an open study that matches all-c (w2)\n',
  });

  await neighbour.close();
  await engines[2]!.close(); // its worker is known by the log
  const without = await on('drain', 'w2', '--all', '*');
  expect([without.code, without.err]).toEqual([1, expect.stringMatching(/^all-c: no engine serves all-c now/)]);
  await Promise.all(engines.map((engine) => engine.close()));
});

it('--all needs a server, and no --study', async () => {
  expect(await hypertide(directory(), 'drain', 'w1', '--all', '*')).toMatchObject({
    code: 2,
    err: 'hypertide: --all: expected --nats with a server as well\n',
  });
  const both = await hypertide(directory(), 'drain', 'w1', '--all', '*', '--nats', server.url, '--study', 's');
  expect(both).toMatchObject({ code: 2, err: 'hypertide: expected --study or --all, got both\n' });
});
