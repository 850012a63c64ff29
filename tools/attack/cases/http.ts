import { studiesApp } from '../../../src/server/embed/server.ts';
import { type Board, board, finished, request } from '../../../test/dashboard/support.ts';
import { tokens, users } from '../../../test/server/support.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const attack = casesOf('HTTP');

const JSON_TYPE = { 'Content-Type': 'application/json' };
const enqueue = JSON.stringify({ params: { lr: 0.01, layers: 1, kind: 'relu' } });
const ENQUEUE = 'v1/studies/net/enqueue';
const READS = [
  'v1/events?study=net',
  'metrics',
  'v1/studies/net/importance',
  'v1/studies/net/trials/1/facts',
  'v1/studies/net/report',
  'v1/studies/net/summary',
];

async function open(world: World, ...options: Parameters<typeof board>): Promise<Board> {
  const opened = await board(...options);
  world.after(() => opened.close());
  return opened;
}
/** A server that other machines can reach, with users. */
const guarded = (world: World) => open(world, { host: '0.0.0.0', users });

/** Whether an action, sent in some way, changes the study. */
const acts =
  (send: (at: Board) => Promise<unknown>, start: (world: World) => Promise<Board> = guarded) =>
  async (world: World) => {
    const at = await start(world);
    const before = await at.log.head();
    await send(at);
    return (await at.log.head()) > before;
  };

const post = (at: Board, headers: Readonly<Record<string, string>>, { path = ENQUEUE, body = enqueue } = {}) =>
  request(at.url + path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
const operator = { Authorization: `Bearer ${tokens.ada}` };

/** Whether something can be read. A stream of events is only opened. */
const reads = async (at: Board, path: string, headers: Record<string, string> = {}) =>
  (await request(at.url + path, { headers, method: path.includes('events') ? 'HEAD' : 'GET' })).status < 400;

/** The cookie that a server gives to the browser of an operator, as servers on other ports of its host get it. */
const cookieOf = async (at: Board) => {
  const { headers } = await request(`${at.url}v1/session`, { method: 'POST', headers: operator });
  return headers['set-cookie']![0]!.split(';')[0]!;
};

const hosts = ['evil.example', '127.0.0.1.evil.example', 'localhost.', 'xn--localhost-.example'];
const origins = ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost'];

export const httpAttacks = [
  attack(
    'cookies for reading only',
    'an action with the cookie that permits reading',
    acts(async (at) => post(at, { Cookie: await cookieOf(at) })),
  ),
  attack(
    'cookie to read',
    'an action of another server on this host, to which a browser sent the cookie',
    acts(async (at) => post(at, { Authorization: `Bearer ${(await cookieOf(at)).split('=')[1]!.replace(/^ada\./, '')}` })),
  ),
  attack('proof of a cookie', 'a reader whose cookie has the name of a user', async (world) => {
    const at = await guarded(world);
    return reads(at, 'metrics', { Cookie: `hypertide-${new URL(at.url).port}=ada.x` });
  }),
  ...hosts.map((Host) =>
    attack('host names', `a request for the host name ${Host}`, async (world) => reads(await open(world), 'metrics', { Host })),
  ),
  ...origins.map((Origin) =>
    attack('origin', `a request of a page from ${Origin}`, async (world) => reads(await open(world), 'metrics', { Origin })),
  ),
  attack(
    'origin',
    'an action of a page from another site that knows the token',
    acts((at) => post(at, { ...operator, Origin: 'https://evil.example' })),
  ),
  attack('sites of requests', 'a request that a browser marks as of another site', async (world) =>
    reads(await open(world), 'metrics', { 'Sec-Fetch-Site': 'cross-site' }),
  ),
  ...READS.map((path) =>
    attack('token of a user', `a reader of ${path} on another machine without a token`, async (world) => {
      const at = await guarded(world);
      await at.say(...finished(1, 0.5));
      return reads(at, path);
    }),
  ),
  ...READS.map((path) =>
    attack('roles', `a trainer reads ${path}`, async (world) => {
      const at = await guarded(world);
      await at.say(...finished(1, 0.5));
      return reads(at, path, { Authorization: `Bearer ${tokens.w1}` });
    }),
  ),
  attack(
    'roles',
    'a viewer enqueues',
    acts((at) => post(at, { Authorization: `Bearer ${tokens.board}` })),
  ),
  attack('machines without users', 'a request of another machine for localhost, to a server that mounts the studies', async (world) => {
    const { fetch, close } = studiesApp({});
    world.after(close);
    const request = new Request('http://localhost/v1/studies', { headers: { Host: 'localhost' } });
    return (await fetch(request, { incoming: { socket: { remoteAddress: '10.1.2.3' } }, outgoing: {} })).status < 400;
  }),
  attack(
    'type of bodies',
    'an action in a form that any page may send',
    acts((at) => post(at, { 'Content-Type': 'text/plain' }), open),
  ),
  attack('type of files', 'a file of a trial in a form that any page may send', async (world) => {
    let added = false;
    const add = async () => {
      added = true;
      return 'uploads/a.txt';
    };
    const at = await open(world, {}, 'net', { list: async () => [], open: async () => undefined, add });
    await at.say(...finished(1, 0.5));
    await post(at, { 'Content-Type': 'text/plain' }, { path: 'v1/studies/net/trials/1/files/a.txt', body: 'text' });
    return added;
  }),
  attack(
    'length of bodies',
    'an action of two megabytes',
    acts((at) => post(at, {}, { body: `{"params":{}${' '.repeat(2 ** 21)}}` }), open),
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
