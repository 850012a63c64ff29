import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { beforeAll, expect, it } from 'vitest';
import type { Params } from '../../../src/facts/facts.ts';
import type { Space } from '../../../src/space/space.ts';
import { float, random, space } from '../../../streams/index.ts';
import { natsLog, trainer } from '../../../streams/nats/index.ts';
import { streamOf } from '../../../streams/nats/log/stream.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { type ServedStudy, type ServeStudyOptions, serveStudy } from '../../../streams/nats/serve/serveStudy.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { createdOf, type StudyOptions } from '../../../streams/spec/options.ts';
import { start, studyIn } from '../../cli/support.ts';
import { coded } from '../../support/coded.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { allServed, endsOfTests } from './allServed.ts';

const server = natsOfTests();
let nc: NatsConnection;
const ends = endsOfTests();
beforeAll(async () => {
  nc = await server.connect();
});

/** Serves the studies that match a pattern, until the tests are over. @param begin starts an engine in place of the function that it gets */
async function all(pattern: string, begin = (usual: () => Promise<ServedStudy>) => usual()) {
  const settings = { lease: 5, atMost: { parallel: 8 } };
  const serve = (nc: NatsConnection, ...of: [Space<Params>, ServeStudyOptions]) => begin(() => serveStudy(nc, ...of));
  const served = await allServed(server, pattern, { settings }, serve as typeof serveStudy);
  ends.push(served.end);
  return served;
}

const study = { parameters: { x: { type: 'float', low: 0, high: 1 } }, objective: 'minimize loss', strategy: 'random', trials: 2 };
/** A study on the server that no engine serves. */
const begun = async (name: string, options: StudyOptions = { trials: 1 }) => {
  const log = await natsLog(nc, name);
  await log.append(createdOf(space({ x: float(0, 1) }), random(), { ...options, study: name }));
  await log.close();
};
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds().catch(() => false))) await sleep(20);
};

it('serves studies that exist, and those that begin later, if their names match', async () => {
  await begun('team-old');
  const { end } = await all('team-*');
  const status = (name: string) => async () => ((await request(nc, name, 'study')) as { study: string }).study === name;
  await until(status('team-old'));
  for (const name of ['team-new', 'other']) await begun(name);
  await until(status('team-new'));
  await expect(request(nc, 'other', 'study')).rejects.toThrow(coded('study'));
  await trainer<{ x: number }>({ nc, study: 'team-new' }, {}, ({ x }) => x).done;
  await end();
});

it('creates each requested study once, and serves one again that was deleted and created', async () => {
  const place = serverPlace(nc, server.url);
  await expect(place.create('lab-1', study)).rejects.toMatchObject({
    message: expect.stringContaining('no engine creates "lab-1"'),
    todo: 'start "hypertide serve --all" with a pattern that matches its name',
  });
  await all('lab-?');
  await place.create('lab-1', study);
  await expect(place.create('lab-1', study)).rejects.toThrow(coded('study-exists'));
  await trainer<{ x: number }>({ nc, study: 'lab-1' }, {}, ({ x }) => x).done;
  await place.delete('lab-1');
  await until(async () => !(await place.names()).includes('lab-1'));
  await until(() =>
    place.create('lab-1', study).then(
      () => true,
      () => false,
    ),
  );
  await until(async () => ((await request(nc, 'lab-1', 'study')) as { open: number }).open === 1);
});

it('creates a study once, and says so, if the patterns of two processes match its name', async () => {
  await all('both-*');
  await all('*-both*');
  for (const name of ['both-both-1', 'both-both-2', 'both-both-3']) await request(nc, name, 'create', { study: { ...study, name } });
  await expect(request(nc, 'both-both-1', 'create', { study: { ...study, name: 'both-both-1' } })).rejects.toMatchObject({
    code: 'study-exists',
  });
});

it('creates one study for two simultaneous requests with one name', async () => {
  await all('twin-?');
  const place = serverPlace(nc, server.url);
  const other = { ...study, parameters: { y: { type: 'float', low: 0, high: 1 } } };
  const answers = await Promise.allSettled([place.create('twin-1', study), place.create('twin-1', other)]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(answers).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ code: 'study-exists' }) }));
});

it('reports why a requested study does not begin, and creates it on the next request', async () => {
  const failures = [
    async () => Promise.reject(new Error('no room')),
    async (usual: () => Promise<ServedStudy>) => {
      const engine = await usual();
      await engine.close();
      await serverPlace(nc, server.url).delete('again-1');
      const error = new Error('no beginning');
      return { ...engine, ended: Promise.resolve(error), started: Promise.reject(error) };
    },
  ];
  await all('again-?', (usual) => (failures.shift() ?? ((begin) => begin()))(usual));
  const place = serverPlace(nc, server.url);
  await expect(place.create('again-1', study)).rejects.toThrow('no room');
  await expect(place.create('again-1', study)).rejects.toThrow('no beginning');
  await place.create('again-1', study);
  expect(await place.names()).toContain('again-1');
});

it('runs one engine for the study of a file that also matches the pattern', async () => {
  await begun('filed', { seed: 7, objectives: { loss: 'minimize' } });
  const place = studyIn('name: filed\nobjective: minimize loss\nstrategy: random\n');
  const { child, ended, said } = start(place, 'serve', 'study.yaml', '--nats', server.url, '--all', 'file*');
  await until(async () => said().includes('filed: resumed'));
  await begun('filed-2'); // what is served after it was seen
  await until(async () => said().includes('filed-2: resumed'));
  child.kill('SIGINT');
  await ended;
  expect(said().match(/^filed: .*(started|resumed)$/gm)).toEqual(['filed: resumed']);
});

it('refuses a study that decides what workers run, and invalid ones, and leaves nothing behind', async () => {
  await all('x-*');
  const place = serverPlace(nc, server.url);
  for (const [data, message] of [
    [{ ...study, earlier: ['/etc/passwd'] }, 'earlier: a study that is created remotely cannot read journals of this machine'],
    [{ ...study, command: 'rm -rf /' }, 'command: a study that is created remotely cannot decide what workers run'],
    [{ ...study, on: { best: 'rm' } }, 'on: a study that is created remotely'],
    [{ ...study, strategy: 'nonsense' }, 'strategy'],
    [{ ...study, name: 'another' }, 'name: expected x-1'],
    [{}, 'parameters'],
    ['text', 'expected a study as an object'],
  ] as const)
    await expect(place.create('x-1', data)).rejects.toThrow(message);
  expect(await place.names()).not.toContain('x-1');
});

it('is ready, and creates the study, after a stream was deleted that had no first fact', async () => {
  const { metrics, own } = await all('brief-?');
  const { streams } = await jetstreamManager(nc);
  await streams.add(streamOf(subjectsOf('brief-1'), {}));
  await until(async () => metrics.studies.has('brief-1'));
  await streams.delete('HT_brief-1');
  await own.reconnect(); // when it is back, it looks for studies
  await until(async () => !metrics.studies.has('brief-1'));
  await serverPlace(nc, server.url).create('brief-1', study);
});

it('says once how to start a worker, not for each study', async () => {
  const { lines } = await all('many-*');
  const place = serverPlace(nc, server.url);
  for (const name of ['many-1', 'many-2']) await place.create(name, study);
  expect(lines.filter((line) => line.includes('hypertide worker'))).toHaveLength(1);
});

it('refuses to create or change a study beyond what the server accepts', async () => {
  await all('wide-*');
  const place = serverPlace(nc, server.url);
  await expect(place.create('wide-1', { ...study, parallel: 9 })).rejects.toMatchObject({ code: 'allowance' });
  await place.create('wide-1', { ...study, parallel: 8 });
  await expect(request(nc, 'wide-1', 'change', { parallel: 9 })).rejects.toMatchObject({ code: 'allowance' });
  await request(nc, 'wide-1', 'change', { parallel: 7 });
});

it('waits while a study is being restored', async () => {
  const place = serverPlace(nc, server.url);
  const { lines } = await all('r-*');
  await place.create('r-1', study);
  const stored: Uint8Array[] = [];
  for await (const line of place.lines('r-1')) stored.push(line);
  const slowly = async function* () {
    for (const line of stored) {
      yield line;
      await sleep(300);
    }
  };
  await place.delete('r-1');
  await until(async () => lines.some((line) => line.includes('deleted')));
  await place.restore('r-1', { entries: stored.length, longest: 1000 }, slowly());
  await until(async () => ((await request(nc, 'r-1', 'study')) as { open: number }).open === 1);
  expect((await (await jetstreamManager(nc)).streams.info('HT_r-1')).state.last_seq).toBeGreaterThanOrEqual(stored.length);
});
