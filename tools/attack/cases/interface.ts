import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HostedStudies } from '../../../src/host/hostedStudies.ts';
import { serveHttp } from '../../../src/server/serve.ts';
import { digits, sendTo, server, tokens, users } from '../../../test/server/support.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const attack = casesOf('interface');

export type Server = Awaited<ReturnType<typeof server>>;
type Headers = Readonly<Record<string, string>>;

export async function open(world: World, ...options: Parameters<typeof server>): Promise<Server> {
  const opened = await server(...options);
  world.after(opened.close);
  return opened;
}
export const guarded = (world: World) => open(world, { users });

/** Whether a request changes the study. */
export const changes =
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

/** Calls a tool, as a client of the SDK before 2026 does. */
const tool = (at: Server, user: keyof typeof tokens | undefined, name: string, args: object) => {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...(user && at.as(user)) };
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
  return sendTo(`${at.url}mcp`, { method: 'POST', text, headers });
};
const study = 'digits';

/** What an agent with an allowance of 2 trials and 3 steps tries. */
const beyondAllowance: readonly (readonly [guard: string, what: string, send: (at: Server) => Promise<unknown>])[] = [
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
  attack('user of a command', 'a command in the name of another operator', async (world) => {
    const at = await guarded(world);
    for (const more of [{ user: 'boss' }, {}]) await at.post('studies/digits/enqueue', { params: {}, ...more }, at.as('ada'));
    const journal = readFileSync(join(at.directory, 'digits.jsonl'), 'utf8').trim().split('\n');
    return JSON.parse(journal.at(-1)!).user !== 'ada';
  }),
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
