import { nkeyAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random } from '../../../streams/index.ts';
import { serverConfig } from '../../../streams/nats/config/serverConfig.ts';
import { createdOn, settingsOn, whyHidden } from '../../../streams/nats/created.ts';
import { serve } from '../../../streams/nats/index.ts';
import { studiesOn } from '../../../streams/nats/studies.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsServer, natsServer } from '../../support/nats.ts';
import { isDeep } from '../../support/runs.ts';
import { plane } from './world.ts';

const configOf = (trainers: readonly string[], seeds: Readonly<Record<string, string>> = {}) =>
  serverConfig({
    studies: ['s1', 's2'],
    trainers,
    store: 'unused',
    host: '127.0.0.1',
    port: -1,
    seedOf: (name) => seeds[name],
  });
const before = configOf(['w1']);
const after = configOf(['w1', 'w2'], before.seeds);

let server: NatsServer;
const as = (user: string, inbox = user) =>
  server.connect({ authenticator: nkeyAuthenticator(new TextEncoder().encode(after.seeds[user])), inboxPrefix: `_INBOX_${inbox}` });

beforeAll(async () => {
  server = await natsServer(before.text);
});
afterAll(() => server.dispose());

/** What the server refuses on a connection. */
async function refusalsTo(user: string) {
  const nc = await as(user);
  const refused: string[] = [];
  void (async () => {
    for await (const status of nc.status()) if (status.type === 'error') refused.push(status.error.message);
  })();
  return { nc, refused };
}

it('a trainer that waits for a study makes no request that the server refuses', async () => {
  const { nc, refused } = await refusalsTo('w1');
  const waited = createdOn(nc, 's1', { signal: AbortSignal.timeout(1200) }).catch(() => {});
  expect(await whyHidden(nc, 's1', 'w1')).toBe('which is not on this server yet');
  await waited;
  await nc.flush();
  expect(refused).toEqual([]);
  await nc.publish('ht.s1.rpc.close', '{}');
  await eventually(() => expect(refused).toHaveLength(1)); // so refusals are noticed
});

it('nor does one that reads the settings of a study that has changed', async () => {
  const engine = await serve(await as('engine'), plane, { strategy: random(), study: 's2', trials: 1 });
  await (await as('operator')).request('ht.s2.rpc.change', JSON.stringify({ limits: { trials: 5 } }), { timeout: 5000 });
  const { nc, refused } = await refusalsTo('w1');
  const created = await createdOn(nc, 's2');
  expect((await settingsOn(nc, 's2', created)).limits.trials).toBe(5);
  await nc.flush();
  expect(refused).toEqual([]);
  await engine.close();
});

it('a trainer that lists studies again and again is refused once', async () => {
  const { nc, refused } = await refusalsTo('w1');
  for (let i = 0; i < 3; i++) expect(await studiesOn(nc)).toEqual(['s2']);
  await nc.flush();
  expect(refused).toHaveLength(1);
});

it('a worker reports that its name is not that of its login', async () => {
  const nc = await as('w1', 'w9');
  expect(await whyHidden(nc, 's1', 'w9')).toMatch(/^which this worker cannot see under the name w9: its name \(--name\) must be/);
  expect(await whyHidden(nc, 's1', undefined)).toMatch(/^which this worker cannot see under a random name: its name \(--name\) must be/);
});

it('a worker reports that its login may not read a study', async () => {
  expect(await whyHidden(await as('w1'), 'other', 'w1')).toBe('which the login of this worker has no right to read');
});

if (isDeep)
  it('a worker whose user was added by a reload reports that the server needs a restart, which suffices', async () => {
    server.reload(after.text);
    await eventually(async () => expect(await whyHidden(await as('w2'), 's1', 'w2')).toMatch(/^which the server .* restart the server/));
    await server.kill();
    await server.restart();
    expect(await whyHidden(await as('w2'), 's1', 'w2')).toBe('which is not on this server yet');
  });

it('a worker reports that the server has no JetStream', async () => {
  const bare = await natsServer('accounts { A { users: [{ user: a, password: a }] } }'); // accounts are without it by default
  const nc = await bare.connect({ user: 'a', pass: 'a' });
  expect(await whyHidden(nc, 's1', undefined)).toMatch(/^but the server has no JetStream for the account of this login/);
  await bare.dispose();
});
