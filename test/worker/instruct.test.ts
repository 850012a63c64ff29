import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { random } from '../../streams/index.ts';
import { trainer } from '../../streams/nats/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { directory, expectRefused, hypertide } from '../cli/support.ts';
import { eventually } from '../support/eventually.ts';
import { line } from '../support/line.ts';
import { natsOfTests } from '../support/natsOfTests.ts';

const server = natsOfTests();

it('a pattern acts on a worker in each open study that matches and that the worker serves', async () => {
  const place = directory();
  const on = (command: string, study: string, ...words: readonly string[]) =>
    hypertide(place, ...command.split(' '), `${server.url}/${study}`, ...words);
  const statusIn = async (study: string, name: string) =>
    (JSON.parse((await on('worker list', study, '--json')).out) as { trainer: string; to: string }[]).find((row) => row.trainer === name)
      ?.to;
  const names = ['all-a', 'all-b', 'all-c', 'other'];
  const engines = await Promise.all(
    names.map(async (study) => serve(await server.connect(), line, { strategy: random(), study, trials: 100_000, parallel: 8 })),
  );
  const work = async (study: string, name: string) =>
    trainer<{ x: number }>({ nc: await server.connect(), study }, { name }, async ({ x }) => sleep(20, x));
  const mine = await Promise.all(['all-a', 'all-b', 'other'].map((study) => work(study, 'w1')));
  const neighbour = await work('all-c', 'w2');
  await eventually(() =>
    expect(engines.map(({ port }) => [...port.rows].some(({ status }) => status === 'completed'))).toEqual([true, true, true, true]),
  );

  const paused = await on('worker pause', 'all-?', 'w1', '--reason', 'new driver');
  expect(paused.code).toBe(0);
  expect(paused.err.trimEnd().split('\n')).toEqual(
    ['all-a', 'all-b'].map((study) => `${study}: w1 takes no trials until "hypertide worker resume"`),
  );
  const statuses: unknown[] = [];
  for (const study of names) statuses.push(await statusIn(study, 'w1'));
  expect(statuses).toEqual(['pause', 'pause', undefined, 'work']);
  expect(await on('worker resume', '*', 'w1')).toMatchObject({
    code: 0,
    err: 'all-a: w1 takes trials again\nall-b: w1 takes trials again\nother: w1 has this instruction already\n',
  });

  expect((await on('study close', 'other')).code).toBe(0);
  expect((await on('worker drain', '*', 'w1')).err).not.toContain('other: ');
  await Promise.all(mine.map(({ done }) => done));
  expectRefused(await on('worker drain', '*-c', 'w1'));

  await neighbour.close();
  await engines[2]!.close(); // its worker is known by the log
  const without = await on('worker drain', '*', 'w2');
  expect([without.code, without.err]).toEqual([8, expect.stringMatching(/^all-c: no engine serves all-c now/)]);
  await Promise.all(engines.map((engine) => engine.close()));
});

it('a pattern needs a server', async () => {
  expectRefused(await hypertide(directory(), 'worker', 'drain', 'team-*', 'w1'));
});
