import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digits, server, tokens, users } from '../../../test/server/support.ts';
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

export const interfaceAttacks = [
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
  ...withoutToken.map(([what, send]) => attack('token of a user', `a command ${what}`, changes(send))),
  attack('names of created studies', 'a study in another directory', async (world) => {
    const at = await open(world);
    const outside = `${at.directory}-outside.jsonl`;
    world.after(() => rmSync(outside, { force: true }));
    await at.post('studies', { ...digits, name: `../${basename(outside, '.jsonl')}` });
    return existsSync(outside);
  }),
  attack('digests of tokens', 'a token in the file of users', async (world) => {
    const seeds = join(world.directory(), 'tokens');
    const { printed } = await world.hypertide('server', 'users', '--operator', 'ada', '--tokens', seeds);
    return printed.includes(readFileSync(join(seeds, 'ada.token'), 'utf8').trim());
  }),
];
