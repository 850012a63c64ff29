/**
 * Requests per second over HTTP: ask and tell in turn on 32 connections that stay open, with `random` on a journal, next to a bare route of hono that
 * takes and gives the same bodies, and to one that also writes the same facts to a journal. `npx tsx tools/bench http`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { HostedStudies } from '../../src/host/hostedStudies.ts';
import { median } from '../../src/numeric/averages.ts';
import { serveHttp } from '../../src/server/serve.ts';
import { parseStudy } from '../../src/studyFile/studyFile.ts';
import type { Log } from '../../streams/log/log.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { ownCpu } from './measure.ts';
import { messageOf, program } from './processes.ts';

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

/** Routes that take a body and give one, and append facts of the same size first. Without a log, they do nothing else. */
async function bare(log?: Log): Promise<string> {
  const { trial, attempt, run, params } = assignment;
  const app = new Hono();
  app.post('/v1/studies/bench/ask', async (c) => {
    await c.req.json();
    void log?.append({ type: 'suggested', trial, attempt, by: 'random', params, after: 1000 });
    await log?.append({ type: 'started', trial, attempt, run });
    return c.json(assignment);
  });
  app.post('/v1/studies/bench/trials/:trial/tell', async (c) => {
    const { values } = await c.req.json();
    await log?.append({ type: 'completed', trial, run, values });
    return c.json({ stop: false });
  });
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve(`${port}`));
  });
}

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-bench-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The bare routes on a journal with its usual flushes to the disk: the least that a server costs that loses no answer. */
const journal = async (): Promise<string> => bare(await openJournal(join(temporary(), 'bench.jsonl')));

async function hosted(): Promise<string> {
  const directory = temporary();
  const studies = new HostedStudies({ line: console.error });
  const axis = { type: 'float', low: 0, high: 1 };
  const parameters = { lr: { type: 'float', low: 1e-5, high: 1, log: true }, width: axis, depth: axis };
  await studies.host(parseStudy({ name: 'bench', parameters, strategy: 'random', parallel: CONNECTIONS }), directory);
  const { url } = await serveHttp(studies.served);
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
  const child = program(new URL(import.meta.url), kind);
  const port = Number(await messageOf(child));
  const all = (seconds: number) => Promise.all(Array.from({ length: CONNECTIONS }, () => client(port, performance.now() + 1000 * seconds)));
  const cpu = () => {
    child.send('cpu');
    return messageOf<number>(child);
  };
  await all(WARM_UP); // until the code is compiled
  const since = performance.now();
  const used = await cpu();
  const counts = await all(SECONDS);
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const microseconds = ((await cpu()) - used) / requests;
  child.kill();
  return { rate: requests / ((performance.now() - since) / 1000), microseconds };
}

const kinds: Readonly<Record<string, () => Promise<string>>> = { bare: () => bare(), journal, hosted };
const kind = process.argv[2];
if (kind) {
  process.send!(await kinds[kind]!());
  process.on('message', () => process.send!(ownCpu()));
} else {
  const figures: Record<string, Figures[]> = { bare: [], journal: [], hosted: [] };
  for (let round = 0; round < ROUNDS; round++) for (const one of Object.keys(kinds)) figures[one]!.push(await measure(one));
  const of = (one: string, name: keyof Figures) => median(figures[one]!.map((figure) => figure[name]));
  for (const [name, unit] of [
    ['rate', 'requests a second'],
    ['microseconds', 'us of CPU a request'],
  ] as const) {
    const [route, withJournal, study] = Object.keys(kinds).map((one) => of(one, name).toFixed(0));
    console.log(`${unit}: bare route ${route}, with a journal ${withJournal}, hypertide ${study}`);
  }
  for (const [one, what] of [
    ['bare', 'the bare route'],
    ['journal', 'the bare route with a journal'],
  ] as const) {
    const [rate, cpu] = [of('hosted', 'rate') / of(one, 'rate'), of(one, 'microseconds') / of('hosted', 'microseconds')];
    console.log(`of ${what}: ${(100 * rate).toFixed(0)} % of the rate, ${(100 * cpu).toFixed(0)} % by CPU`);
  }
}
