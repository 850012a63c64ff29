/**
 * Requests per second over HTTP: ask and tell in turn on 32 connections that stay open, with `random` on a journal, next to a bare route of hono that
 * takes and gives the same bodies. `npm run bench:http`.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { HostedStudies } from '../../src/cli/hosted/hostedStudies.ts';
import { parseStudy } from '../../src/cli/studyFile/studyFile.ts';
import { serveHttp } from '../../src/http/serve.ts';

const CONNECTIONS = 32;
const WARM_UP = Number(process.env.WARM_UP ?? 4);
const SECONDS = Number(process.env.SECONDS ?? 5);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const assignment = {
  next: 'trial',
  trial: 1,
  attempt: 1,
  run: crypto.randomUUID(),
  params: { lr: 0.00123456789012, width: 0.512345678901, depth: 0.912345678901 },
  lease: 30,
};

/** A route that does nothing but take a body and give one. */
async function bare(): Promise<string> {
  const app = new Hono();
  app.post('/v1/studies/bench/ask', async (c) => {
    await c.req.json();
    return c.json(assignment);
  });
  app.post('/v1/studies/bench/trials/:trial/tell', async (c) => {
    await c.req.json();
    return c.json({ stop: false });
  });
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`${port}`));
  });
}

async function hosted(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-bench-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const studies = new HostedStudies({ warn: console.error });
  const axis = { type: 'float', low: 0, high: 1 };
  const parameters = { lr: { type: 'float', low: 1e-5, high: 1, log: true }, width: axis, depth: axis };
  await studies.host(parseStudy({ name: 'bench', parameters, strategy: 'random', parallel: CONNECTIONS }), directory);
  const { url } = await serveHttp(studies, {});
  return new URL(url).port;
}

/** Asks and tells in turn on one connection, until the time is up. */
function client(port: number, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let requests = 0;
    let text = '';
    const socket: Socket = connect(port, '127.0.0.1', () => ask());
    socket.setNoDelay(true);
    const post = (path: string, body: string) =>
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    const ask = () => post('/v1/studies/bench/ask', '{"wait":30}');
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)![1]);
      if (text.length < head + 4 + length) return;
      const body = JSON.parse(text.slice(head + 4, head + 4 + length));
      if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(text));
      text = '';
      requests++;
      if (body.next === undefined && performance.now() > until) {
        socket.destroy();
        return resolve(requests);
      }
      if (body.next !== 'trial') return ask();
      post(`/v1/studies/bench/trials/${body.trial}/tell`, JSON.stringify({ run: body.run, values: { value: 0.123456 } }));
    });
    socket.on('error', reject);
  });
}

/** What a server does: requests per second, and microseconds of CPU a request. */
interface Figures {
  readonly rate: number;
  readonly microseconds: number;
}

async function measure(kind: string): Promise<Figures> {
  const child = fork(fileURLToPath(import.meta.url), [kind]);
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(Number(message))));
  const all = (seconds: number) => Promise.all(Array.from({ length: CONNECTIONS }, () => client(port, performance.now() + 1000 * seconds)));
  const cpu = () =>
    new Promise<number>((resolve) => {
      child.once('message', (microseconds) => resolve(Number(microseconds)));
      child.send('cpu');
    });
  await all(WARM_UP); // until the code is compiled
  const since = performance.now();
  const used = await cpu();
  const counts = await all(SECONDS);
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const microseconds = ((await cpu()) - used) / requests;
  child.kill();
  return { rate: requests / ((performance.now() - since) / 1000), microseconds };
}

const kind = process.argv[2];
if (kind) {
  process.send!(await (kind === 'bare' ? bare() : hosted()));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
} else {
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const figures: Record<string, Figures[]> = { bare: [], hosted: [] };
  for (let round = 0; round < ROUNDS; round++) for (const one of ['bare', 'hosted']) figures[one]!.push(await measure(one));
  const of = (one: string, name: keyof Figures) => median(figures[one]!.map((figure) => figure[name]));
  for (const [name, unit] of [
    ['rate', 'requests a second'],
    ['microseconds', 'us of CPU a request'],
  ] as const)
    console.log(`${unit}: bare route ${of('bare', name).toFixed(0)}, hypertide ${of('hosted', name).toFixed(0)}`);
  console.log(
    `ratio: ${((100 * of('hosted', 'rate')) / of('bare', 'rate')).toFixed(0)} % of the rate, ${((100 * of('bare', 'microseconds')) / of('hosted', 'microseconds')).toFixed(0)} % by CPU`,
  );
}
