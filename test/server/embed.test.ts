import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, it, onTestFinished } from 'vitest';
import { spansFrom } from '../../src/monitoring/index.ts';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { studiesMcp } from '../../src/server/embed/mcp.ts';
import { studiesApp } from '../../src/server/embed/server.ts';
import { createStudy, float, optimize, random, space } from '../../streams/index.ts';
import { tokens, users } from './support.ts';

/** What a server passes for a client of this machine. */
const here = { remoteAddr: { hostname: '127.0.0.1' } };

const line = space({ x: float(0, 1) });
function digits(options: Partial<Parameters<typeof createStudy>[1]> = {}) {
  const study = createStudy(line, { study: 'digits', strategy: random(), trials: 3, lease: 30, ...options });
  onTestFinished(() => study.close());
  return study;
}
function app(...given: Parameters<typeof studiesApp>) {
  const made = studiesApp(...given);
  onTestFinished(made.close);
  return { ...made, fetch: (request: Request, env: object | undefined = here) => made.fetch(request, env) };
}
const at = (path: string, init: RequestInit = {}) =>
  new Request(`http://localhost:3000${path}`, {
    ...init,
    headers: { Host: 'localhost:3000', 'Content-Type': 'application/json', ...init.headers },
  });
const post = (path: string, body: object = {}, headers = {}) => at(path, { method: 'POST', body: JSON.stringify(body), headers });

it('runs a study to its end by requests that no Node server has seen', async () => {
  const study = digits();
  const { fetch } = app({ digits: study }, { metrics: new Metrics() });
  for (let n = 1; n <= 3; n++) {
    const { trial, run } = (await (await fetch(post('/v1/studies/digits/ask'))).json()) as { trial: number; run: string };
    expect(trial).toBe(n);
    expect((await fetch(post(`/v1/studies/digits/trials/${n}/tell`, { run, values: { value: n } }))).status).toBe(200);
  }
  expect(study.best()).toMatchObject({ trial: 1, values: { value: 1 } });
  expect(await (await fetch(post('/v1/studies/digits/ask'))).json()).toMatchObject({ next: 'over' });
  expect(await (await fetch(at('/metrics'))).text()).toContain('hypertide_facts_total{study="digits",kind="completed"} 3');
  expect((await fetch(at('/readyz'))).status).toBe(200);
});

it('says why it cannot read a body that was read before', async () => {
  const lines: string[] = [];
  const { fetch } = app({ digits: digits() }, { warn: (line) => lines.push(line) });
  const request = post('/v1/studies/digits/ask');
  await request.text();
  expect((await fetch(request)).status).toBe(500);
  expect(lines).toEqual([expect.stringContaining('mount hypertide before what reads bodies, such as express.json()')]);
});

it('lists a study by its name on the server, which may differ from the one in its log', async () => {
  const { fetch } = app({ digits: createStudy(line, { strategy: random(), trials: 3, lease: 30 }), vowels: digits() });
  const listed = (await (await fetch(at('/v1/studies'))).json()) as readonly { readonly study: string }[];
  expect(listed.map(({ study }) => study)).toEqual(['digits', 'vowels']);
  expect(await (await fetch(at('/v1/studies/digits'))).json()).toMatchObject({ study: 'digits', created: { study: 'study' } });
});

it('takes what Bun and Deno pass besides the request', async () => {
  const { fetch } = app({ digits: digits() });
  const from = async (besides: object) => (await fetch(post('/v1/studies/digits/ask', { wait: 0 }), besides)).status;
  const bun = (address: string) => ({ port: 1, requestIP: () => ({ address }) });
  const deno = (hostname: string) => ({ remoteAddr: { hostname } });
  for (const make of [bun, deno]) expect([await from(make('::1')), await from(make('10.1.2.3'))]).toEqual([200, 403]);
  expect([await from({ requestIP: () => null }), await from({})], 'the address is not known').toEqual([403, 403]);
});

it('is mounted in a Node server by an adapter, and gives a trial to the next trainer if one leaves while it waits', async () => {
  const { fetch: answer } = app({ digits: digits({ parallel: 1 }) });
  const listener = getRequestListener(answer);
  const closed: boolean[] = [];
  let asked = 0;
  const server: Server = createServer((request, response) => {
    asked++;
    response.once('close', () => closed.push(response.writableFinished));
    request.url = request.url!.replace(/^\/tuning/, ''); // as Express does for what is mounted there
    void listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const send = (path: string, body: object = {}, signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/tuning/v1/studies/digits/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  const { run } = (await (await send('ask')).json()) as { run: string };
  const leaving = new AbortController();
  const left = send('ask', {}, leaving.signal);
  await expect.poll(() => asked).toBe(2);
  leaving.abort();
  await expect(left).rejects.toThrow();
  await expect.poll(() => closed).toEqual([true, false]); // the server has noticed
  const second = send('ask');
  expect((await send('trials/1/tell', { run, values: { value: 1 } })).status).toBe(200);
  expect(await (await second).json()).toMatchObject({ next: 'trial', trial: 2 });
});

it('without users is for this machine only', async () => {
  const { fetch } = app({ digits: digits() });
  const from = (remoteAddress: string) => fetch(at('/v1/studies'), { incoming: { socket: { remoteAddress } }, outgoing: {} });
  expect((await from('10.1.2.3')).status).toBe(403);
  expect((await from('::ffff:127.0.0.1')).status).toBe(200);
  expect((await fetch(new Request('http://evil.example/v1/studies', { headers: { Host: 'evil.example' } }))).status).toBe(421);
  expect(() => studiesApp({}, { names: ['tuning.example.com'] })).toThrow(expect.objectContaining({ code: 'open-server' }));
});

it('knows users by their tokens, or by a function', async () => {
  const study = digits();
  const byToken = app({ digits: study }, { users });
  expect((await byToken.fetch(at('/v1/studies'))).status).toBe(401);
  expect((await byToken.fetch(at('/v1/studies', { headers: { Authorization: `Bearer ${tokens.board}` } }))).status).toBe(200);
  const find = async ({ headers }: Request) => (headers.get('x-login') === 'ada' ? ({ name: 'ada', role: 'viewer' } as const) : undefined);
  const byFunction = app({ digits: study }, { users: find, names: ['tuning.example.com'] });
  expect((await byFunction.fetch(at('/v1/studies'))).status).toBe(401);
  expect((await byFunction.fetch(at('/v1/studies', { headers: { 'X-Login': 'ada' } }))).status).toBe(200);
  expect((await byFunction.fetch(post('/v1/studies/digits/close', {}, { 'X-Login': 'ada' }))).status).toBe(403);
  expect(study.best()).toBeUndefined();
});

it('shows and commands a study that evaluates its trials itself, and gives none of them away', async () => {
  const study = optimize(line, ({ x }) => x, { study: 'own', trials: 4, strategy: random() });
  const { fetch } = app({ own: study });
  await study;
  const { trials } = (await (await fetch(at('/v1/studies/own/trials'))).json()) as { trials: object[] };
  expect(trials).toHaveLength(4);
  const refused = await fetch(post('/v1/studies/own/ask'));
  expect([refused.status, await refused.json()]).toEqual([409, expect.objectContaining({ code: 'elsewhere' })]);
  expect(() => studiesApp({ none: { entries$: {}, ready: async () => {} } })).toThrow(expect.objectContaining({ name: 'OptionError' }));
  for (const wrong of [study, [study]]) expect(() => studiesApp(wrong as never)).toThrow('studies: expected studies by name');
  expect(() => studiesApp({ late: Promise.resolve(study) as never })).toThrow('it is a promise: await it');
});

it('gives agents tools over any transport, and notifies them of what they subscribed to', async () => {
  const study = digits();
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await studiesMcp({ digits: study }, { user: { name: 'claude', role: 'agent', trials: 1 } }).connect(ours);
  const agent = new Client({ name: 'test', version: '1' });
  onTestFinished(() => agent.close());
  await agent.connect(theirs);
  const uri = 'hypertide://studies/digits/best';
  const changed = new Promise((resolve) =>
    agent.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)),
  );
  await agent.subscribeResource({ uri });
  const ask = async () => (await agent.callTool({ name: 'ask', arguments: { study: 'digits' } })).content as { text: string }[];
  const { trial, run } = JSON.parse((await ask())[0]!.text);
  expect((await ask())[0]!.text).toMatch(/^allowance: /);
  await agent.callTool({ name: 'tell', arguments: { study: 'digits', trial, run, values: { value: 1 } } });
  expect(await changed).toBe(uri);
  expect(study.best()).toMatchObject({ trial: 1 });
});

it('makes a trace of each trial by your tracer', async () => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('own');
  const study = digits({ spans: spansFrom(tracer, 'digits') });
  for (let trial = await study.ask(); trial; trial = await study.ask()) await study.tell(trial.trial, 1);
  const trials = exporter.getFinishedSpans().filter(({ name }) => name === 'hypertide.trial');
  expect(trials.map(({ attributes }) => attributes['hypertide.trial'])).toEqual([1, 2, 3]);
});
