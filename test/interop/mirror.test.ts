import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { Created, Fact } from '../../src/facts/facts.ts';
import { mirrorStudy } from '../../src/interop/mirror.ts';
import { mlflowMirror } from '../../src/interop/mlflow.ts';
import { mlflowClient } from '../../src/interop/mlflowClient.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { space } from '../../src/space/space.ts';
import { choice, float } from '../../src/space/types/dimension.ts';
import { applied, processSource } from '../../src/stores/process.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { expectRefused, hypertide, studyIn } from '../cli/support.ts';
import { finished } from '../dashboard/support.ts';
import { mlflowServer, type Trouble } from './mlflowServer.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

const net = space({ lr: float(1e-4, 0.1, { log: true }), kind: choice(['relu', 'tanh']) });
const created = createdOf(net, random(), { study: 'net', objectives: { loss: 'minimize' }, trials: 100, seed: 1 }) as Created;
const params = (trial: number) => ({ lr: 0.001 * trial, kind: trial % 2 ? 'relu' : 'tanh' });

/** A study of seven trials: one fails, and one is retracted. */
async function study() {
  let now = 1_700_000_000_000;
  const facts: Fact[] = [
    created,
    ...[1, 2, 3, 4, 5].flatMap((trial) => finished(trial, 6 - trial, params(trial))),
    { type: 'suggested', trial: 6, attempt: 1, by: 'random', params: params(6) as never },
    { type: 'started', trial: 6, attempt: 1, run: 'r6', trainer: 't1' },
    { type: 'failed', trial: 6, run: 'r6', reason: 'infeasible', message: 'no' },
    { type: 'retracted', trial: 2 },
    { type: 'suggested', trial: 7, attempt: 1, by: 'random', params: params(7) as never },
    { type: 'closed', reason: 'person' },
  ];
  const log = memoryLog([], () => ++now);
  for (const fact of facts) await log.append(fact);
  return processSource('memory', log, (await applied(log)).submit);
}

async function served(trouble?: Trouble) {
  const server = await mlflowServer(trouble);
  cleanups.push(server.close);
  return server;
}

/** Mirrors a study, and gives up when the signal aborts. */
async function mirrorTo(url: string, signal = new AbortController().signal, once = true): Promise<void> {
  const mirror = await mlflowMirror(mlflowClient(url, {}, signal), created, 'tuning');
  await mirrorStudy(await study(), created, mirror, { once, signal, warn: () => {}, pauses: [1] });
}

describe('mirror mlflow', () => {
  it('makes a run of the study, and a child of each trial with its values by step', async () => {
    const server = await served();
    await mirrorTo(server.url);
    expect(server.wrong).toEqual([]);
    const runs = server.runs();
    expect(Object.keys(runs)).toEqual(['net', ...[1, 2, 3, 4, 5, 6, 7].map((trial) => `trial ${trial}`)]);
    expect(runs.net).toMatchObject({
      status: 'FINISHED',
      tags: { 'hypertide.best': '5', 'hypertide.position': '27' },
      params: { seed: '1', objectives: 'minimize loss' },
    });
    expect(runs['trial 5']).toMatchObject({
      status: 'FINISHED',
      metrics: [
        { key: 'loss', value: 2, step: 1 },
        { key: 'loss', value: 1, step: 1 },
      ],
      params: { lr: '0.005', kind: 'relu' },
      tags: { 'hypertide.trial': '5', 'hypertide.status': 'completed', 'hypertide.position': '21', 'hypertide.trainer': 't1' },
    });
    expect(runs['trial 6']).toMatchObject({ status: 'FAILED', metrics: [], tags: { 'hypertide.reason': 'infeasible' } });
    expect(runs['trial 2']).toMatchObject({ status: 'FAILED', tags: { 'hypertide.status': 'retracted' } });
    expect(runs['trial 7']).toMatchObject({ status: 'RUNNING' });
  });

  it('adds nothing to a complete mirror', async () => {
    const server = await served();
    await mirrorTo(server.url);
    const [before, count] = [server.runs(), server.seen.length];
    await mirrorTo(server.url);
    expect(server.runs()).toEqual(before);
    expect(server.seen.slice(count).filter((name) => !/search|get-by-name/.test(name))).toEqual([]);
  });

  it('has no duplicates after a kill during a request, or after lost answers', async () => {
    const whole = await served();
    await mirrorTo(whole.url);
    const rng = rngFor('mirror', 'kill', 0);
    for (let last = 1; last <= whole.seen.length; last += 5) {
      const ending = new AbortController();
      let isOver = false;
      const server = await served((n) => {
        if (!isOver && n === last) {
          ending.abort(); // the mirror ends, whether or not the request arrives
          return rng() < 0.5 ? 'lost' : 'unheard';
        }
        return rng() < 0.1 ? (['lost', 'unheard', 'busy'] as const)[Math.floor(3 * rng())] : undefined;
      });
      await mirrorTo(server.url, ending.signal).catch(() => {});
      isOver = true;
      for (let tries = 0; tries < 50; tries++) {
        const done = await mirrorTo(server.url).then(
          () => true,
          () => false, // it begins with requests that are not repeated
        );
        if (done) break;
      }
      expect(server.wrong).toEqual([]);
      expect(server.count()).toBe(whole.count());
      expect(server.runs()).toEqual(whole.runs());
    }
  });

  it('ends when the study has closed, and reports what a server refuses', async () => {
    const server = await served();
    await mirrorTo(server.url, undefined, false);
    expect(server.runs().net!.status).toBe('FINISHED');
    const place = await imported();
    expectRefused(await hypertide(place, 'server', 'mirror', 'net.jsonl', 'mlflow', `${server.url}/nothing`, '--once'));
    expect((await hypertide(place, 'server', 'mirror', 'net.jsonl', 'mlflow', 'mlflow:5000')).err).toContain(
      'expected an address that begins with http://',
    );
  });
});

async function imported(): Promise<string> {
  const place = studyIn('name: net\n');
  writeFileSync(join(place, 'done.jsonl'), [0.1, 0.9].map((x) => JSON.stringify({ params: { x }, values: { value: x } })).join('\n'));
  await hypertide(place, 'study', 'import', 'study.yaml', 'done.jsonl');
  return place;
}

describe('mirror webhook', () => {
  /** A receiver that refuses its n-th event. */
  async function receiver(refused = 0) {
    const events: { readonly id: string; readonly type: string; readonly data: { readonly fact: object } }[] = [];
    let count = 0;
    const server = createServer((request, response) => {
      void json(request).then((event) => {
        if (++count === refused) return void response.writeHead(403).end();
        if (request.headers.authorization !== 'Bearer 1') return void response.writeHead(401).end();
        events.push(event as never);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    return { events, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/facts` };
  }

  it('sends each entry once, and continues where it stopped', async () => {
    const place = await imported();
    const { events, url } = await receiver(3);
    const words = ['server', 'mirror', 'net.jsonl', 'webhook', url, '--once', '--header', 'Authorization: Bearer 1'];
    expectRefused(await hypertide(place, ...words));
    expect(events.map(({ id }) => id)).toEqual(['net/1', 'net/2']);
    expect(JSON.parse(readFileSync(join(place, 'net.mirror.json'), 'utf8'))).toEqual({ url, position: 2 });
    const again = await hypertide(place, ...words);
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('from position 3 on') });
    const lines = readFileSync(join(place, 'net.jsonl'), 'utf8').trim().split('\n');
    expect(events.map(({ id }) => id)).toEqual(lines.map((_, i) => `net/${i + 1}`));
    expect(events[0]).toMatchObject({ type: 'hypertide.created.v1', source: '/studies/net', data: { fact: { type: 'created' } } });
  });

  it('gets the entries of a study while it runs, without a second process', async () => {
    const place = studyIn('trials: 3\nstrategy: random\n');
    const { events, url } = await receiver();
    writeFileSync(join(place, 'hooks.yaml'), `mirror: [{ webhook: "${url}", headers: { Authorization: Bearer 1 } }]\n`);
    const run = ['run', 'study.yaml', '--hooks', 'hooks.yaml', '--', 'sh', '-c', 'echo value={x}'];
    expect(await hypertide(place, ...run)).toMatchObject({ code: 0, err: expect.not.stringContaining('mirror:') });
    const lines = readFileSync(join(place, 'study.jsonl'), 'utf8').trim().split('\n');
    expect(events.map(({ id }) => id)).toEqual(lines.map((_, i) => `study/${i + 1}`));
    expect(events.at(-1)?.data.fact).toMatchObject({ type: 'closed' });
  });

  it('does not take the position of another receiver', async () => {
    const place = await imported();
    writeFileSync(join(place, 'net.mirror.json'), '{"url":"http://other","position":2}');
    const { code, err } = await hypertide(place, 'server', 'mirror', 'net.jsonl', 'webhook', 'http://127.0.0.1:9/', '--once');
    expect(code).toBe(2);
    expect(err).toContain('net.mirror.json: ');
    expect((await hypertide(place, 'server', 'mirror', 'net.jsonl', 'webhook', 'http://127.0.0.1:9/', '--header', 'x')).err).toContain(
      "expected 'Name: value', got x",
    );
  });
});
