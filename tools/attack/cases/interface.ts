import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { HostedStudies } from '../../../src/host/hostedStudies.ts';
import { serveHttp } from '../../../src/server/serve.ts';
import { follow, waker } from '../../../streams/log/follow.ts';
import { digits, sendTo, server, tokens, users } from '../../../test/server/support.ts';
import { openStreams } from '../../../test/support/eventStream.ts';
import { casesOf } from '../attack.ts';
import type { Guard } from '../guards.ts';
import type { World } from '../world.ts';

const attack = casesOf('interface');

type Server = Awaited<ReturnType<typeof server>>;
type Headers = Readonly<Record<string, string>>;

async function open(world: World, ...options: Parameters<typeof server>): Promise<Server> {
  const opened = await server(...options);
  world.after(opened.close);
  return opened;
}
const guarded = (world: World) => open(world, { users });

/** The trial that the trainer w1 holds. */
const claimed = async (at: Server) => (await at.post('studies/digits/ask', {}, at.as('w1'))).body as { trial: number; run: string };

/** Whether a request changes the study. */
const changes =
  (send: (at: Server) => Promise<unknown>, start: (world: World) => Promise<Server> = guarded) =>
  async (world: World) => {
    const at = await start(world);
    const before = await at.hosted.log.head();
    await send(at);
    return (await at.hosted.log.head()) > before;
  };

const reads =
  (path: string, headers: (at: Server) => Headers, start: (world: World) => Promise<Server> = guarded) =>
  async (world: World) => {
    const at = await start(world);
    return (await at.get(path, headers(at))).status === 200;
  };

const close = (at: Server, headers: Headers, path = 'studies/digits/close') => at.post(path, {}, headers);

const withoutToken: readonly (readonly [what: string, send: (at: Server) => Promise<unknown>])[] = [
  ['without a token', (at) => close(at, {})],
  ['with an empty token', (at) => close(at, { Authorization: 'Bearer ' })],
  ['with a token that begins rightly', (at) => close(at, { Authorization: `Bearer ${tokens.ada.slice(0, -1)}` })],
  ['with the token as a password', (at) => close(at, { Authorization: `Basic ${tokens.ada}` })],
  ['with the token in the query', (at) => close(at, {}, `studies/digits/close?token=${tokens.ada}`)],
  ['with the token in a cookie', (at) => close(at, { Cookie: `hypertide=${tokens.ada}` })],
  ['with the digest of a token', (at) => close(at, { Authorization: `Bearer ${[...users.keys()][2]}` })],
];

/** What a user may not do. */
const beyondRole: readonly (readonly [what: string, send: (at: Server) => Promise<unknown>])[] = [
  ['a trainer closes the study', (at) => close(at, at.as('w1'))],
  ['a trainer enqueues', (at) => at.post('studies/digits/enqueue', { params: {} }, at.as('w1'))],
  ['a viewer closes the study', (at) => close(at, at.as('board'))],
  ['a viewer takes a trial', (at) => at.post('studies/digits/ask', {}, at.as('board'))],
  ['an operator takes a trial', (at) => at.post('studies/digits/ask', {}, at.as('ada'))],
];

/** Requests of the trainer w2 about the trial of w1, whose run it knows. */
const asAnother: readonly (readonly [what: string, path: string, fields: object])[] = [
  ['a result', 'tell', { values: { loss: 0 } }],
  ['a report', 'report', { step: 1, values: { loss: 0 } }],
  ['a failure', 'fail', { reason: 'error' }],
  ['a stop', 'stopped', {}],
];

const long = 'x'.repeat(2 ** 21);
/** A request to enqueue of two megabytes, most of which are not fields. */
const padded = `{"params":{}${' '.repeat(2 ** 21)}}`;

/** Calls a tool, as a client of the SDK before 2026 does. */
const tool = (at: Server, user: keyof typeof tokens | undefined, name: string, args: object) => {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...(user && at.as(user)) };
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
  return sendTo(`${at.url}mcp`, { method: 'POST', text, headers });
};
const study = 'digits';

/** What an agent with an allowance of 2 trials and 3 steps tries. */
const beyondAllowance: readonly (readonly [guard: Guard, what: string, send: (at: Server) => Promise<unknown>])[] = [
  ['studies of others', 'raises the limit of the study', (at) => tool(at, 'agent', 'change', { study, more: 100 })],
  ['studies of others', 'raises the limit over HTTP', (at) => at.post('studies/digits/change', { more: 100 }, at.as('agent'))],
];

export const interfaceAttacks = [
  attack(
    'token of a user',
    'a tool without a token',
    changes((at) => tool(at, undefined, 'close', { study })),
  ),
  attack(
    'tools of a role',
    'a trainer calls the tool of an operator',
    changes((at) => tool(at, 'w1', 'close', { study })),
  ),
  attack(
    'tools of a role',
    'a viewer calls the tool of a trainer',
    changes((at) => tool(at, 'board', 'ask', { study })),
  ),
  attack(
    'dry tokens',
    'a dry agent closes the study',
    changes((at) => tool(at, 'dry', 'close', { study, dry_run: false })),
  ),
  attack(
    'dry tokens',
    'a dry agent closes the study over HTTP',
    changes((at) => close(at, at.as('dry'))),
  ),
  ...beyondAllowance.map(([guard, what, send]) => attack(guard, `an agent with an allowance ${what}`, changes(send))),
  attack('allowance of trials', 'an agent enqueues more than its allowance', async (world) => {
    const at = await guarded(world);
    for (let i = 0; i < 4; i++) await tool(at, 'agent', 'enqueue', { study, params: {} });
    return at.hosted.ledger.planned > 2;
  }),
  attack('requests under way', 'an agent enqueues more than its allowance at the same time', async (world) => {
    const at = await guarded(world);
    await Promise.all(Array.from({ length: 4 }, () => at.post('studies/digits/enqueue', { params: {} }, at.as('agent'))));
    return at.hosted.ledger.planned > 2;
  }),
  attack('allowance of cost', 'an agent trains longer than its allowance', async (world) => {
    const at = await guarded(world);
    const { run } = (await at.post('studies/digits/ask', {}, at.as('agent'))).body;
    await at.post('studies/digits/trials/1/report', { run, step: 50, values: { loss: 1 } }, at.as('agent'));
    await at.post('studies/digits/trials/1/tell', { run, values: { loss: 1 } }, at.as('agent'));
    return (await at.post('studies/digits/ask', {}, at.as('agent'))).status === 200;
  }),
  attack('host names', 'a tool for another host name', async (world) => {
    const at = await open(world);
    return (await sendTo(`${at.url}mcp`, { method: 'POST', text: '{}', headers: { Host: 'evil.example' } })).status !== 421;
  }),
  ...withoutToken.map(([what, send]) => attack('token of a user', `a command ${what}`, changes(send))),
  ...['studies', 'studies/digits/facts', 'studies/digits/trials'].map((path) =>
    attack(
      'token of a user',
      `a reader of ${path} without a token`,
      reads(path, () => ({})),
    ),
  ),
  ...beyondRole.map(([what, send]) => attack('roles', what, changes(send))),
  ...['studies/digits/facts', 'studies/digits/trials'].map((path) =>
    attack(
      'roles',
      `a trainer reads ${path}`,
      reads(path, (at) => at.as('w1')),
    ),
  ),
  attack('users elsewhere', 'a server without users on all addresses', async (world) => {
    const opened = await serveHttp(new HostedStudies({ line: () => {} }).served, { host: '0.0.0.0' }).catch(() => undefined);
    if (opened) world.after(opened.close);
    return opened !== undefined;
  }),
  attack('users elsewhere', 'a server without users behind a proxy', async (world) => {
    const names = ['tuning.example.com'];
    const opened = await serveHttp(new HostedStudies({ line: () => {} }).served, { names }).catch(() => undefined);
    if (opened) world.after(opened.close);
    return opened !== undefined;
  }),
  ...['evil.example', '127.0.0.1.evil.example'].map((Host) =>
    attack(
      'host names',
      `a request to the interface for the host name ${Host}`,
      reads('studies', () => ({ Host }), open),
    ),
  ),
  ...['https://evil.example', 'null'].map((Origin) =>
    attack(
      'origin',
      `a command of a page from ${Origin}`,
      changes((at) => close(at, { Origin }), open),
    ),
  ),
  attack(
    'sites of requests',
    'a command that a browser marks as of another site',
    changes((at) => close(at, { 'Sec-Fetch-Site': 'cross-site' }), open),
  ),
  attack(
    'type of bodies',
    'a command in a form that any page may send',
    changes(
      (at) => sendTo(`${at.url}v1/studies/digits/close`, { method: 'POST', text: '{}', headers: { 'Content-Type': 'text/plain' } }),
      open,
    ),
  ),
  ...asAnother.map(([what, path, fields]) =>
    attack('author over HTTP', `${what} of another trainer's trial`, async (world) => {
      const at = await guarded(world);
      const { trial, run } = await claimed(at);
      return (await at.post(`studies/digits/trials/${trial}/${path}`, { run, ...fields }, at.as('w2'))).status === 200;
    }),
  ),
  attack('author of heartbeats', "a heartbeat that keeps another trainer's trial from being lost", async (world) => {
    const at = await guarded(world);
    const { trial, run } = await claimed(at);
    return (await at.post(`studies/digits/trials/${trial}/heartbeat`, { run }, at.as('w2'))).status === 200;
  }),
  attack('holder of a run', "an ask with another trainer's run", async (world) => {
    const at = await guarded(world);
    const { trial, run } = await claimed(at);
    return (await at.post('studies/digits/ask', { run }, at.as('w2'))).body.trial === trial;
  }),
  attack('asks of one trainer', "an ask with another trainer's run at the same time", async (world) => {
    const at = await guarded(world);
    // Both wait, since the study has no trial left to give until one of the first two has ended.
    const held = [await claimed(at), await claimed(at)];
    const asked = (['w1', 'w2'] as const).map((user) => at.post('studies/digits/ask', { run: 'r', wait: 5 }, at.as(user)));
    await setTimeout(300);
    for (const { trial, run } of held) await at.post(`studies/digits/trials/${trial}/tell`, { run, values: { loss: 1 } }, at.as('w1'));
    const [one, other] = await Promise.all(asked);
    return one!.body.trial !== undefined && one!.body.trial === other!.body.trial;
  }),
  attack('requests of one user', "the name of another trainer's request, used first", async (world) => {
    const at = await guarded(world);
    const { trial, run } = await claimed(at);
    const own = (await at.post('studies/digits/ask', {}, at.as('w2'))).body;
    const key = { 'Idempotency-Key': 'guessed' };
    await at.post(`studies/digits/trials/${own.trial}/tell`, { run: own.run, values: { loss: 1 } }, { ...at.as('w2'), ...key });
    const told = await at.post(`studies/digits/trials/${trial}/tell`, { run, values: { loss: 1 } }, { ...at.as('w1'), ...key });
    return told.status !== 200;
  }),
  attack('user of a command', 'a command in the name of another operator', async (world) => {
    const at = await guarded(world);
    for (const more of [{ user: 'boss' }, {}]) await at.post('studies/digits/enqueue', { params: {}, ...more }, at.as('ada'));
    const journal = readFileSync(join(at.directory, 'digits.jsonl'), 'utf8').trim().split('\n');
    return JSON.parse(journal.at(-1)!).user !== 'ada';
  }),
  attack('length of bodies', 'a body of two megabytes', async (world) => {
    const at = await open(world);
    return (await at.post('studies/digits/enqueue', padded)).status === 200;
  }),
  attack('bodies with a length', 'a body of two megabytes without a length', async (world) => {
    const at = await open(world);
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    return (await sendTo(`${at.url}v1/studies/digits/enqueue`, { method: 'POST', text: padded, headers })).status === 200;
  }),
  attack('known fields', 'a megabyte of other fields in the log', async (world) => {
    const at = await open(world);
    const { run } = (await at.post('studies/digits/ask')).body;
    await at.post('studies/digits/trials/1/report', { run, step: 1, values: { loss: 1 }, long: long.slice(2 ** 20 + 200) });
    return statSync(join(at.directory, 'digits.jsonl')).size > 2 ** 19;
  }),
  attack('shallow bodies', 'a body that is nested 100 000 deep', async (world) => {
    const at = await open(world);
    const deep = `{"strategy":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    return (await at.post('studies/digits/change', deep)).status === 500;
  }),
  attack('length of waiting', 'an ask that waits for years', async (world) => {
    const at = await open(world, {}, { ...digits, trials: 1, parallel: 1 });
    await at.post('studies/digits/ask');
    return world.staysAway(
      at.post('studies/digits/ask', { wait: 1e6 }).catch(() => {}),
      1000,
    );
  }),
  attack('short names of requests', 'a name of a request of 8 kilobytes in the log', async (world) => {
    const at = await open(world);
    await at.post('studies/digits/enqueue', { params: {} }, { 'Idempotency-Key': 'x'.repeat(8000) });
    return statSync(join(at.directory, 'digits.jsonl')).size > 8000;
  }),
  attack('streams of a user', 'a viewer that opens streams of events without end', async (world) => {
    const at = await guarded(world);
    const streams = await openStreams(201, `${at.url}v1/studies/digits/facts`, at.as('board'));
    world.after(() => streams.map(({ close }) => close()));
    return streams.every(({ status }) => status === 200);
  }),
  attack('readers that leave alone', 'readers that leave wake all others, so that N of them cost N²', async () => {
    let looks = 0;
    const news = waker();
    const head = () => {
      looks++;
      return 0;
    };
    const leaving = Array.from({ length: 30 }, () => new AbortController());
    const reading = leaving.map(({ signal }) =>
      follow({ head, closed: () => false, batch: () => [], news }, 1, signal)
        [Symbol.asyncIterator]()
        .next(),
    );
    const before = looks;
    for (const one of leaving) {
      one.abort();
      await setTimeout(0);
    }
    await Promise.all(reading);
    return looks - before > reading.length;
  }),
  attack(
    'open trials',
    'results of trials that there are not fill the log',
    changes((at) => at.post('studies/digits/trials/77/tell', { run: 'r', values: { loss: 0 } }), open),
  ),
  attack('names of created studies', 'a study in another directory', async (world) => {
    const at = await open(world);
    const outside = `${at.directory}-outside.jsonl`;
    world.after(() => rmSync(outside, { force: true }));
    await at.post('studies', { ...digits, name: `../${basename(outside, '.jsonl')}` });
    return existsSync(outside);
  }),
  ...(['content-security-policy', 'x-content-type-options', 'cross-origin-resource-policy'] as const).map((name) =>
    attack('headers of answers', `an answer shown as a page of its own, without ${name}`, async (world) => {
      const at = await open(world);
      return (await at.get('studies')).headers[name] === undefined;
    }),
  ),
  attack('digests of tokens', 'a token in the file of users', async (world) => {
    const seeds = join(world.directory(), 'tokens');
    const { printed } = await world.hypertide('server', 'users', '--operator', 'ada', '--tokens', seeds);
    return printed.includes(readFileSync(join(seeds, 'ada.token'), 'utf8').trim());
  }),
  attack('private seeds', 'another user of the machine reads a token', async (world) => {
    const seeds = join(world.directory(), 'tokens');
    await world.hypertide('server', 'users', '--operator', 'ada', '--tokens', seeds);
    return (statSync(join(seeds, 'ada.token')).mode & 0o077) !== 0;
  }),
];
