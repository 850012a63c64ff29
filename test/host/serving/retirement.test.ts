import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { beforeAll, expect, it } from 'vitest';
import { type HostServer, openServer } from '../../../src/host/openServer.ts';
import { archivedIn, deleteArchived } from '../../../src/host/serving/archiving.ts';
import type { RetireOptions } from '../../../src/host/serving/retireOptions.ts';
import { serveAll } from '../../../src/host/serving/serveAll.ts';
import { serving } from '../../../src/host/serving/serving.ts';
import { withArchive } from '../../../src/stores/archive.ts';
import type { StatusLine } from '../../../src/text/statusLine.ts';
import { float, random, space } from '../../../streams/index.ts';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import { listOn, request } from '../../../streams/nats/studiesOn.ts';
import { start } from '../../cli/support.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { inboxOf, teamServer } from '../../support/teamServer.ts';
import { allServed, endsOfTests } from './allServed.ts';

const server = natsOfTests();
let nc: NatsConnection;
const ends = endsOfTests();
beforeAll(async () => {
  nc = await server.connect();
});

// At the same time, since most of it is waiting: the studies of each test have names of their own.
const test = it.concurrent;

/** Serves all studies, and unloads closed ones after a time in seconds, which may change. */
async function all(pattern: string, unloadAfter: () => number = () => 0.1, http?: HostServer, archive?: RetireOptions['archive']) {
  const shown = http && { metrics: http.metrics, server: http, plugins: [http.plugin] };
  const served = await allServed(server, pattern, { retire: () => ({ unloadAfter: unloadAfter(), archive }), ...shown });
  ends.push(served.end);
  return served;
}

/** A closed study that no engine serves. */
async function closed(name: string) {
  const study = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: name, trials: 2 });
  await trainer<{ x: number }>({ nc, study: name }, { name: 'w1' }, ({ x }) => x).done;
  await study.port.finished;
  await study.close();
  await sleep(150);
}
/** One that a person closed. Its engine ends the suggestion that no trainer took, or the next engine would. */
async function closedByPerson(own: NatsConnection, name: string) {
  const study = await serve(own, space({ x: float(0, 1) }), { strategy: random(), study: name, trials: 1 });
  await study.started;
  await study.port.submit({ type: 'close' });
  await until(() => study.port.ledger.closed && [...study.port.ledger.open.values()].every(({ awaiting }) => awaiting));
  await study.close();
}
const listed = async (name: string) => (await serverPlace(nc, server.url).list()).find(({ study }) => study === name);
const until = async (holds: () => unknown) => {
  while (!(await holds())) await sleep(20);
};
const consumers = async (name: string) => (await (await jetstreamManager(nc)).streams.info(`HT_${name}`)).state.consumer_count;
const unloaded = ({ lines }: { readonly lines: readonly string[] }, name: string) =>
  lines.filter((line) => line.startsWith(`${name}: unloaded`)).length;

test('a closed study is unloaded with its consumer and series, is listed, and is loaded for a request', async () => {
  await closed('done');
  let after = 0.1;
  const process = await all('done', () => after);
  await until(() => unloaded(process, 'done') === 1);
  after = Number.POSITIVE_INFINITY;
  await until(async () => (await consumers('done')) === 0);
  expect(process.engines.of('done')?.here.engine).toBeUndefined();
  expect(await process.metrics.registry.metrics()).not.toContain('study="done"');
  expect(await listed('done')).toMatchObject({ isRun: true, status: { closed: 'trials', completed: 2, best: { status: 'completed' } } });
  expect(await request(nc, 'done', 'best')).toMatchObject({ status: 'completed' });
  expect(process.engines.of('done')?.here.engine).toBeDefined();
  await request(nc, 'done', 'change', { limits: { trials: 4 } });
  await trainer<{ x: number }>({ nc, study: 'done' }, { name: 'w1' }, ({ x }) => x).done;
  after = 0.1;
  await until(() => unloaded(process, 'done') === 2);
  expect(await listed('done')).toMatchObject({ status: { closed: 'trials', completed: 4 } });
});

test('the page and requests over HTTP show a study that was unloaded, and load it when someone opens it', async () => {
  await closed('page');
  let url = '';
  const http = await openServer({ port: 0, host: '127.0.0.1' }, undefined, (text) => {
    url ||= /http\S+/.exec(text)?.[0] ?? '';
  });
  await http.listen();
  let after = 0.1;
  const process = await all('page', () => after, http);
  await until(() => unloaded(process, 'page') === 1);
  after = Number.POSITIVE_INFINITY;
  const get = async (path: string) => (await fetch(`${url}${path}`)).json();
  expect(await get('v1/studies')).toMatchObject([{ study: 'page', closed: 'trials', completed: 2 }]);
  expect(await Promise.all([get('v1/studies/page'), get('v1/studies/page/best')])).toMatchObject([
    { study: 'page', completed: 2 },
    { status: 'completed' },
  ]);
  expect(process.engines.of('page')?.here.engine).toBeDefined();
  expect(await get('v1/studies')).toMatchObject([{ study: 'page' }]);
  await http.close();
});

test('the next process lists it without its log, and reads that if it has changed', async () => {
  await closed('kept-re');
  await closed('grown-re');
  const first = await all('kept-re', () => 0.1);
  const second = await all('grown-re', () => 0.1);
  await until(() => unloaded(first, 'kept-re') + unloaded(second, 'grown-re') === 2);
  await first.end();
  await second.end();
  const other = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: 'grown-re', trials: 2 });
  await other.started;
  await other.port.submit({ type: 'change', limits: { trials: 3 } });
  await other.close();
  const next = await all('*-re', () => 0.1);
  await until(() => next.engines.of('grown-re')?.here.engine);
  expect(next.lines.filter((line) => line.startsWith('kept-re'))).toEqual([]);
  expect(await listed('kept-re')).toMatchObject({ isRun: true, status: { closed: 'trials' } });
});

test('a fact that another engine writes loads it, and a deletion removes it', async () => {
  await closed('shared');
  const process = await all('shared', () => 0.1);
  await until(() => unloaded(process, 'shared') === 1);
  const other = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: 'shared', trials: 2 });
  await other.started;
  await other.port.submit({ type: 'change', limits: { trials: 3 } });
  await until(
    () => process.engines.of('shared')?.here.engine?.port.ledger.closed === undefined && process.engines.of('shared')?.here.engine,
  );
  await other.port.submit({ type: 'close' });
  await until(() => unloaded(process, 'shared') === 2);
  await other.close();
  await serverPlace(nc, server.url).delete('shared');
  await until(async () => (await listed('shared')) === undefined);
});

test('the home of a page for viewers shows studies as engines list them, and loads one that someone opens', async () => {
  const secured = await teamServer('w1');
  ends.push(() => secured.dispose());
  for (const name of ['s1', 's2']) await closedByPerson(await secured.as('engine'), name);
  const retire = () => ({ unloadAfter: 0.1 });
  const process = await allServed(secured, '*', { nc: await secured.as('engine'), retire });
  ends.push(process.end);
  await until(() => unloaded(process, 's1') === 1 && unloaded(process, 's2') === 1);
  const folder = archives();
  writeFileSync(join(folder, 'viewer.creds'), secured.creds.viewer!);
  const { child, said, ended } = start(folder, 'dashboard', secured.url, '--creds', 'viewer.creds', '--port', '0');
  await until(() => said().includes('press Ctrl-C'));
  const [url] = /http\S+/.exec(said())!;
  const get = async (path: string) => (await fetch(`${url}v1/${path}`)).json();
  expect(await get('studies')).toMatchObject([
    { study: 's1', closed: 'person' },
    { study: 's2', closed: 'person' },
  ]);
  expect(process.lines.filter((line) => line.includes('resumed'))).toHaveLength(2);
  expect(await get('studies/s1')).toMatchObject({ closed: 'person', created: { study: 's1' } });
  const resumed = process.lines.filter((line) => line.includes('resumed')).slice(2);
  expect(new Set(resumed)).toEqual(new Set([expect.stringMatching(/^s1/)])); // it may have been unloaded meanwhile
  expect(await get('studies')).toHaveLength(2);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130 });
});

test('without a time, closed studies stay loaded', async () => {
  await closed('stays');
  const process = await all('stays', () => Number.POSITIVE_INFINITY);
  await until(() => process.engines.of('stays')?.here.engine);
  await request(nc, 'stays', 'study');
  expect(unloaded(process, 'stays')).toBe(0);
});

const archives = () => mkdtempSync(join(tmpdir(), 'hypertide-archives-'));
const exists = async (name: string) =>
  (await serverPlace(nc, server.url).names()).includes(name) &&
  (await consumers(name).then(
    () => true,
    () => false,
  ));

test('a study that has been closed for long is archived, deleted, listed with its archive, and comes back from it', async () => {
  await closed('old');
  const place = serverPlace(nc, server.url);
  const before: string[] = [];
  for await (const line of place.lines('old')) before.push(Buffer.from(line).toString());
  const to = archives();
  const process = await all('old', () => 0.1, undefined, { after: 0.2, to });
  const path = join(to, 'old.tar.gz');
  await until(async () => !(await exists('old')) && (await listed('old'))?.archive);
  expect(await listed('old')).toMatchObject({ archive: path, status: { closed: 'trials', completed: 2 } });
  await expect(request(nc, 'old', 'study')).rejects.toMatchObject({ code: 'archived', message: expect.stringContaining(path) });
  await process.end();
  const next = await all('old', () => 1000); // it knows from the summary
  expect(await listed('old')).toMatchObject({ archive: path });
  await withArchive(path, path, ({ restore }) => restore(place, 'old'));
  await until(() => next.engines.of('old')?.here.engine);
  await until(async () => (await listed('old'))?.archive === undefined);
  const after: string[] = [];
  for await (const line of place.lines('old')) after.push(Buffer.from(line).toString());
  expect(after).toEqual(before);
});

test('a study that is restored is not unloaded again at once', async () => {
  await closed('back');
  const to = archives();
  const process = await all('back', () => 0.1, undefined, { after: 0.2, to });
  await until(async () => !(await exists('back')) && (await listed('back'))?.archive);
  await process.end();
  await sleep(4000);
  const next = await all('back', () => 4, undefined, { after: 4, to });
  const path = join(to, 'back.tar.gz');
  await withArchive(path, path, ({ restore }) => restore(serverPlace(nc, server.url), 'back'));
  await until(() => next.engines.of('back')?.here.engine);
  await sleep(500);
  expect(next.engines.of('back')?.here.engine).toBeDefined();
  expect(unloaded(next, 'back')).toBe(0);
});

test('nothing is deleted if the archive is not equal, and an equal one is used', async () => {
  await closed('twice');
  const place = serverPlace(nc, server.url);
  const to = archives();
  const first = await archivedIn(to, place, 'twice');
  expect(await archivedIn(to, place, 'twice')).toBe(first);
  writeFileSync(first, 'damaged');
  expect(await archivedIn(to, place, 'twice')).toBe(join(to, 'twice-2.tar.gz'));
  const growing: typeof place = {
    ...place,
    lines: async function* (name) {
      yield* place.lines(name);
      if (readdirSync(to).some((file) => file === 'twice-3.tar.gz')) yield Buffer.from('{}');
    },
  };
  writeFileSync(join(to, 'twice-2.tar.gz'), 'damaged');
  await expect(archivedIn(to, growing, 'twice')).rejects.toMatchObject({ message: expect.stringContaining('not equal') });
  await expect(deleteArchived(place, 'twice', 1, first)).rejects.toMatchObject({ code: 'grown' });
  expect(await exists('twice')).toBe(true);
});

test('with logins, an engine deletes nothing, unless it has the login of an admin for that', async () => {
  const secured = await teamServer('w1');
  ends.push(() => secured.dispose());
  const folder = archives();
  const login = (name: string) => {
    writeFileSync(join(folder, `${name}.creds`), secured.creds[name]!);
    return join(folder, `${name}.creds`);
  };
  const connection = (name: string) => connectTo(secured.url, { inboxPrefix: inboxOf(name), creds: login(name) });
  const own = await connection('engine');
  await closedByPerson(own, 's1');
  await own.close();
  const serveAs = async (as?: string) => {
    const nc = await connection('engine');
    const lines: string[] = [];
    const screen: StatusLine = { terminal: false, line: (text) => void lines.push(text), status: () => {}, end: () => {} };
    const archive = { after: 0.1, to: folder, as };
    const options = { nc, screen, nats: secured.url, access: {}, plugins: [], retire: () => ({ unloadAfter: 0.1, archive }), settings: {} };
    const engines = serving(options);
    const stop = await serveAll(options, engines, '*');
    const end = async () => {
      stop();
      await engines.close();
    };
    return { lines, end };
  };
  const viewer = await connection('viewer');
  ends.push(() => viewer.close());
  const refused = await serveAs();
  await until(() => refused.lines.some((line) => line.includes('may not delete it')));
  expect((await listOn(viewer))!.get('s1')).toMatchObject({ status: { closed: 'person' } });
  await refused.end();
  const allowed = await serveAs(login('admin'));
  await until(() => allowed.lines.some((line) => line.includes('deleted from the server')));
  expect((await listOn(viewer))!.get('s1')).toMatchObject({ archive: join(folder, 's1.tar.gz') });
  await allowed.end();
});
