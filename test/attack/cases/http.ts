import { type Board, board, request } from '../../dashboard/support.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const attack = casesOf('HTTP');

const JSON_TYPE = { 'Content-Type': 'application/json' };
const enqueue = JSON.stringify({ type: 'enqueue', params: { lr: 0.01, layers: 1, kind: 'relu' } });
const READS = ['api/events?study=net', 'metrics', 'api/studies/net/importance', 'api/studies/net/trials/1/facts', 'api/studies/net/report'];

async function open(world: World, options: Parameters<typeof board>[0] = {}): Promise<Board> {
  const opened = await board(options);
  world.after(() => opened.close());
  return opened;
}

/** Whether an action, sent in some way, changes the study. */
const acts = (send: (at: Board) => Promise<unknown>) => async (world: World) => {
  const at = await open(world);
  const before = await at.log.head();
  await send(at);
  return (await at.log.head()) > before;
};

const post = (at: Board, headers: Readonly<Record<string, string>>, { path = '', body = enqueue } = {}) =>
  request(`${at.url}api/studies/net/actions${path}`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
const owner = (at: Board) => ({ Authorization: `Bearer ${at.token}` });

/** Whether something can be read. A stream of events is only opened. */
const reads = async (at: Board, path: string, headers: Record<string, string> = {}) =>
  (await request(at.url + path, { headers, method: path.includes('events') ? 'HEAD' : 'GET' })).status < 400;

/** The cookie that a dashboard gives to a browser with the token, as servers on other ports of its host get it. */
const cookieOf = async (at: Board) => {
  const { headers } = await request(`${at.url}api/session`, { method: 'POST', headers: owner(at) });
  return headers['set-cookie']![0]!.split(';')[0]!;
};

const withoutToken: readonly (readonly [what: string, send: (at: Board) => Promise<unknown>])[] = [
  ['without a token', (at) => post(at, {})],
  ['with an empty token', (at) => post(at, { Authorization: 'Bearer ' })],
  ['with a wrong token', (at) => post(at, { Authorization: 'Bearer wrong' })],
  ['with a token that begins rightly', (at) => post(at, { Authorization: `Bearer ${at.token.slice(0, -1)}` })],
  ['with the token as a password', (at) => post(at, { Authorization: `Basic ${at.token}` })],
  ['with the token in the query', (at) => post(at, {}, { path: `?token=${at.token}` })],
  ['with the cookie that permits reading', async (at) => post(at, { Cookie: await cookieOf(at) })],
];

const hosts = ['evil.example', '127.0.0.1.evil.example', 'localhost.', 'xn--localhost-.example'];
const origins = ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost'];

export const httpAttacks = [
  ...withoutToken.map(([what, send]) => attack('token to act', `an action ${what}`, acts(send))),
  attack(
    'cookie to read',
    'an action of another server on this host, to which a browser sent the cookie',
    acts(async (at) => post(at, { Authorization: `Bearer ${(await cookieOf(at)).split('=')[1]}` })),
  ),
  ...hosts.map((Host) =>
    attack('host names', `a request for the host name ${Host}`, async (world) => reads(await open(world), 'metrics', { Host })),
  ),
  ...origins.map((Origin) =>
    attack('origin', `a request of a page from ${Origin}`, async (world) => reads(await open(world), 'metrics', { Origin })),
  ),
  attack(
    'origin',
    'an action of a page from another site that knows the token',
    acts((at) => post(at, { ...owner(at), Origin: 'https://evil.example' })),
  ),
  attack('sites of requests', 'a request that a browser marks as of another site', async (world) =>
    reads(await open(world), 'metrics', { 'Sec-Fetch-Site': 'cross-site' }),
  ),
  ...READS.map((path) =>
    attack('token to read', `a reader of ${path} on another machine without a token`, async (world) => {
      const at = await open(world, { host: '0.0.0.0' });
      await at.say({ type: 'suggested', trial: 1, attempt: 1, by: 'random', params: { lr: 0.01, layers: 1, kind: 'relu' } });
      return reads(at, path);
    }),
  ),
  ...READS.slice(0, 2).map((path) =>
    attack('token behind a proxy', `a reader of ${path} behind a proxy without a token`, async (world) =>
      reads(await open(world, { names: ['tuning.example.com'] }), path, { Host: 'tuning.example.com' }),
    ),
  ),
  attack(
    'type of requests',
    'an action in a form that any page may send',
    acts((at) => post(at, { ...owner(at), 'Content-Type': 'text/plain' })),
  ),
  attack(
    'length of requests',
    'an action of two megabytes',
    acts((at) => post(at, owner(at), { body: JSON.stringify({ ...JSON.parse(enqueue), pad: 'x'.repeat(2 ** 21) }) })),
  ),
  attack('content policy', 'a frame around the page', async (world) => {
    const { headers } = await request((await open(world)).url);
    return !String(headers['content-security-policy']).includes("frame-ancestors 'none'");
  }),
  attack('content policy', 'a script in the page', async (world) => {
    const { headers } = await request((await open(world)).url);
    return !/script-src 'self';/.test(String(headers['content-security-policy']));
  }),
];
