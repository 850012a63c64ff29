import { afterAll, expect, it } from 'vitest';
import { random } from '../../../streams/index.ts';
import { createdOn, settingsOn, whyHidden } from '../../../streams/nats/created.ts';
import { serve } from '../../../streams/nats/index.ts';
import { studiesOn } from '../../../streams/nats/studiesOn.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';
import { teamServer } from '../../support/teamServer.ts';
import { plane } from './world.ts';

const server = await teamServer('w1');
afterAll(() => server.dispose());
const as = (user: string, inbox?: string) => server.as(user, inbox);

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
  await using _engine = await serve(await as('engine'), plane, { strategy: random(), study: 's2', trials: 1 });
  await (await as('operator')).request('ht.s2.rpc.change', JSON.stringify({ limits: { trials: 5 } }), { timeout: 5000 });
  const { nc, refused } = await refusalsTo('w1');
  const created = await createdOn(nc, 's2');
  expect((await settingsOn(nc, 's2', created)).limits.trials).toBe(5);
  await nc.flush();
  expect(refused).toEqual([]);
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

it('a worker reports that its login may not read a study, or not list any', async () => {
  const user = (name: string, ...subjects: readonly string[]) =>
    `{ user: ${name}, password: ${name}, permissions: { publish: ${JSON.stringify(subjects)}, subscribe: "_INBOX.>" } }`;
  await using other = await natsServer(`authorization { users: [${user('a', 'none')}, ${user('b', '$JS.API.DIRECT.GET.>')}] }`);
  const as = (name: string) => other.connect({ user: name, pass: name });
  expect(await whyHidden(await as('a'), 's1', 'w1')).toBe('which the login of this worker has no right to read');
  expect(await whyHidden(await as('b'), 's1', 'w1')).toBe('which the server does not show to this worker');
});

it('a worker reports that the server has no JetStream', async () => {
  await using bare = await natsServer('accounts { A { users: [{ user: a, password: a }] } }'); // accounts are without it by default
  const nc = await bare.connect({ user: 'a', pass: 'a' });
  expect(await whyHidden(nc, 's1', undefined)).toMatch(/^but the server has no JetStream for the account of this login/);
});
