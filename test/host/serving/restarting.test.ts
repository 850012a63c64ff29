import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { measured } from '../../../src/host/plugins.ts';
import type { ServedPhase } from '../../../src/host/serving/served.ts';
import { type Served, serving } from '../../../src/host/serving/serving.ts';
import { Metrics } from '../../../src/monitoring/metrics.ts';
import { monitorApp } from '../../../src/server/health.ts';
import type { StatusLine } from '../../../src/text/statusLine.ts';
import { float, random, space } from '../../../streams/index.ts';
import { serve, trainer } from '../../../streams/nats/index.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { directory, hypertide, studyIn } from '../../cli/support.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { endsOfTests } from './allServed.ts';

const server = natsOfTests();
const ends = endsOfTests();

/** A process that serves a study. `fault` may throw before a suggestion is sent. */
async function host(study: string, fault: (trial: number) => void = () => {}) {
  const nc = await server.connect();
  const { publish } = nc;
  nc.publish = (subject, payload, options) => {
    if (subject.endsWith('.log.suggested')) fault((JSON.parse(Buffer.from(payload as Uint8Array).toString()) as { trial: number }).trial);
    publish.call(nc, subject, payload, options);
  };
  const lines: string[] = [];
  const phases: ServedPhase[] = [];
  const metrics = new Metrics();
  const screen: StatusLine = { terminal: false, line: (text) => void lines.push(text), status: () => {}, end: () => {} };
  const { study: known, close } = serving({
    nc,
    screen,
    nats: server.url,
    access: {},
    metrics,
    plugins: [measured(metrics)],
    settings: { lease: 5 },
  });
  ends.push(close);
  const described: Served = { space: space({ x: float(0, 1) }), strategy: random(), options: { study, trials: 4, seed: 1 } };
  const life = known(study, async () => described);
  life.phases$.subscribe((phase) => void phases.push(phase));
  life.send('begun');
  const app = monitorApp(metrics);
  const readyz = async () => (await (await app.request('/readyz')).json()) as { ready: boolean; studies: Record<string, object> };
  const metric = async (sample: string) => (await metrics.registry.metrics()).match(new RegExp(`^hypertide_${sample}.* (\\d+)$`, 'm'))?.[1];
  return { lines, phases, readyz, metric, close };
}
const list = async () => JSON.parse((await hypertide(directory(), 'study', 'list', server.url, '--json')).out) as readonly object[];

it('an engine that ends with an unexpected error starts again, and its entries are counted once', async () => {
  let faults = 2;
  const { lines, phases, readyz, metric } = await host('again', (trial) => {
    if (trial === 3 && faults-- > 0) throw new TypeError("reading 'max_payload'");
  });
  await trainer<{ x: number }>({ nc: await server.connect(), study: 'again' }, {}, ({ x }) => x).done;
  await eventually(() => expect(phases).toContain('closed'));
  expect(phases.filter((phase) => phase === 'restarting').length).toBe(2);
  expect(lines).toContain("again: ended unexpectedly: reading 'max_payload'; starting again in 0.5 s");
  expect(lines.filter((line) => line === 'again: closed')).toEqual(['again: closed']);
  expect(await metric('study_restarts_total')).toBe('2');
  expect(await metric('suggestions_total')).toBe('4');
  expect(await metric('study_failed')).toBe('0');
  expect(await readyz()).toMatchObject({ ready: true, studies: { again: { phase: 'closed' } } });
});

it('a study that has failed is shown by readiness, metrics and list, and requests say so', async () => {
  const first = await serve(await server.connect(), space({ x: float(0, 1) }), { strategy: random(), study: 'fails', trials: 4, seed: 2 });
  await first.started;
  await first.close();
  const { lines, phases, readyz, metric } = await host('fails');
  await eventually(() => expect(phases).toEqual(['absent', 'starting', 'failed']));
  const failure = expect.stringContaining('the log belongs to another study: seed');
  expect(lines).toContainEqual(expect.stringContaining('fails: has failed: the log belongs to another study'));
  expect(await readyz()).toEqual({ ready: false, studies: { fails: expect.objectContaining({ phase: 'failed', failure }) } });
  expect(await metric('study_failed')).toBe('1');
  expect(await list()).toContainEqual(expect.objectContaining({ name: 'fails', running: false, failure }));
  const nc = await server.connect();
  await expect(request(nc, 'fails', 'study')).rejects.toMatchObject({ code: 'failed', message: failure });
  await expect(serverPlace(nc, server.url).busy('fails')).rejects.toMatchObject({ code: 'failed' });
  // Another process can still serve it, and answers first.
  await using other = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: 'fails', trials: 4, seed: 2 });
  await other.started;
  for (let i = 0; i < 5; i++) expect(await request(await server.connect(), 'fails', 'study')).toMatchObject({ study: 'fails' });
});

it('a study that was deleted is neither begun again nor shown any more', async () => {
  const { lines, phases, readyz } = await host('gone');
  await eventually(() => expect(phases).toEqual(['absent', 'starting', 'leading']));
  const jsm = await jetstreamManager(await server.connect());
  await jsm.streams.delete('HT_gone');
  await eventually(() => expect(phases.at(-1)).toBe('deleted'));
  expect(lines.at(-1)).toContain('gone: is no longer served: the stream HT_gone is gone');
  expect(await readyz()).toEqual({ ready: true, studies: {} });
  await expect(jsm.streams.info('HT_gone')).rejects.toThrow('not found');
});

it('an engine that starts again does not begin a study that was deleted meanwhile', async () => {
  const jsm = await jetstreamManager(await server.connect());
  let broken = false;
  const { phases } = await host('meanwhile', (trial) => {
    if (trial < 3) return;
    broken = true;
    throw new TypeError('broken');
  });
  void trainer<{ x: number }>({ nc: await server.connect(), study: 'meanwhile' }, {}, ({ x }) => x).done.catch(() => {});
  await eventually(() => expect(broken).toBe(true));
  await jsm.streams.delete('HT_meanwhile');
  await eventually(() => expect(phases.at(-1)).toBe('deleted'));
  await expect(jsm.streams.info('HT_meanwhile')).rejects.toThrow('not found');
});

it('the exit status of serve says that all of its studies have failed, or that one of them has', async () => {
  const named = (name: string) => join(studyIn(`name: ${name}\nobjective: minimize value\ntrials: 1\nstrategy: random\n`), 'study.yaml');
  const at = ['--nats', server.url, '--once'];
  const engine = await serve(await server.connect(), space({ x: float(0, 9) }), { strategy: random(), study: 'other', trials: 1 });
  await engine.started;
  await engine.close();
  const alone = await hypertide(directory(), 'serve', named('other'), ...at);
  expect(alone).toMatchObject({ code: 3, err: expect.stringContaining('other: has failed: the log belongs to another study') });
  const work = trainer<{ x: number }>({ nc: await server.connect(), study: 'fine' }, {}, ({ x }) => x).done;
  const both = await hypertide(directory(), 'serve', named('other'), named('fine'), ...at);
  expect(both).toMatchObject({ code: 8, err: expect.stringContaining('fine: closed') });
  await work;
});
