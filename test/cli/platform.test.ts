import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { userOf } from '../../streams/nats/config/revocation.ts';
import { ConnectError, connectTo } from '../../streams/nats/connection/connect.ts';
import { onLink } from '../../streams/nats/connection/connection.ts';
import { natsServer } from '../support/nats.ts';
import { directory, expectRefused, hypertide } from './support.ts';

it('server apply does what plan says: teams and users come and go on a running server', async () => {
  const place = directory();
  const server = (command: string) => hypertide(place, 'server', command, 'platform.yaml');
  const declare = (url: string, teams: object) => writeFileSync(join(place, 'platform.yaml'), JSON.stringify({ nats: { url }, teams }));
  const keys = (path: string) => join(place, 'keys', path);
  const before = { vision: { users: ['w1', 'w2'] }, speech: {} };
  declare('nats://127.0.0.1:4222', before);
  expect(await server('render')).toMatchObject({ code: 0, out: expect.stringContaining('out/nats/nats.conf is made') });
  expect(await server('render')).toMatchObject({ code: 0, out: 'nothing has changed\n' });
  const text = readFileSync(join(place, 'out/nats/nats.conf'), 'utf8').replace(/^(host|port|http): .*$/gm, '');
  const nats = await natsServer(`${text}authorization { timeout: 30 }\n`);
  const login = (user: string, inboxPrefix = '_INBOX_viewer') => connectTo(nats.url, { creds: keys(`${user}.creds`), inboxPrefix });
  onTestFinished(() => nats.dispose());
  declare(nats.url, before);
  await server('render');
  expect(await server('plan')).toMatchObject({ code: 0, out: 'nothing differs\n' });
  const out = await login('vision/w2', '_INBOX.w2');
  const lost = new Promise<void>((yes) => onLink(out, (state) => state !== 'back' && yes()));
  declare(nats.url, { vision: { users: ['w1'] }, robots: { users: ['r1'] } });
  const planned = await server('plan');
  expect(planned.code).toBe(6);
  for (const line of [
    'keys/robots/r1.creds: would be made',
    'speech: would be locked out',
    'vision/w2: would be locked out',
    'account robots/studies: new',
    'account vision/studies: users that are locked out 0 -> 1',
    'hypertide/platform.yaml: would change: vision: users w1, w2 -> w1; speech: no longer a team; robots: a new team',
    'out/nats/nats.conf: would change',
  ])
    expect(planned.out).toContain(line);
  const changing = (out: string) => [...out.matchAll(/^(out\S*?)(?:: would| is) /gm)].map(([, path]) => path);
  expect(existsSync(keys('robots'))).toBe(false);
  const applied = await server('apply');
  expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('speech, vision/w2: locked out') });
  expect(changing(applied.out)).toEqual(changing(planned.out));
  expect(await server('plan')).toMatchObject({ code: 0, out: 'nothing differs\n' });
  expect(await server('apply')).toEqual({ code: 0, out: 'nothing has changed\n', err: '' });
  await (await login('robots/viewer')).close();
  await (await login('vision/w1', '_INBOX.w1')).close();
  await expect(login('speech/viewer')).rejects.toThrow(ConnectError);
  await lost; // it was connected when it was locked out
  await out.close();

  const w1 = keys('vision/w1.creds');
  const stolen = join(place, 'stolen.creds');
  copyFileSync(w1, stolen);
  rmSync(keys('vision/trainer.signer')); // all that it has signed is void
  expect(await server('apply')).toMatchObject({ code: 0 });
  await expect(connectTo(nats.url, { creds: stolen, inboxPrefix: '_INBOX.w1' })).rejects.toThrow(ConnectError);
  await (await login('vision/w1', '_INBOX.w1')).close();
  declare(nats.url, { vision: { users: ['w1'] }, speech: {} }); // its keys are still there
  expect(await server('apply')).toMatchObject({ code: 0 });
  await (await login('speech/viewer')).close();
  expect(await server('plan')).toMatchObject({ code: 0, out: 'nothing differs\n' });
});

it('server apply says what a server that takes no accounts needs', async () => {
  const place = directory();
  const declare = (url: string, teams: object) => writeFileSync(join(place, 'platform.yaml'), JSON.stringify({ nats: { url }, teams }));
  declare('nats://127.0.0.1', { vision: {} });
  await hypertide(place, 'server', 'render', 'platform.yaml');
  const text = readFileSync(join(place, 'out/nats/nats.conf'), 'utf8').replace(/^(host|port|http): .*$/gm, '');
  const nats = await natsServer(`${text.replace(/resolver \{[^}]*\}/, 'resolver: MEMORY')}authorization { timeout: 30 }\n`);
  onTestFinished(() => nats.dispose());
  declare(nats.url, { vision: {}, speech: {} });
  const { code, err } = await hypertide(place, 'server', 'apply', 'platform.yaml');
  expect([code, err]).toEqual([8, expect.stringContaining('account speech/studies is unchanged')]);
  expect(err).not.toContain('is updated');
});

it('credentials that end within two weeks are made again, those of engines never end', async () => {
  const place = directory();
  const server = (command: string) => hypertide(place, 'server', command, 'platform.yaml');
  const creds = (user: string) => readFileSync(join(place, 'keys/vision', `${user}.creds`), 'utf8');
  const endOf = (user: string) => userOf(user, creds(user)).exp;
  const declared = (days: number) => JSON.stringify({ nats: { url: 'nats://127.0.0.1' }, days, teams: { vision: { users: ['w1'] } } });
  writeFileSync(join(place, 'platform.yaml'), declared(20));
  await server('render');
  const [w1, engine] = [creds('w1'), creds('engine')];
  const now = Date.now() / 1000;
  for (const user of ['w1', 'admin', 'viewer']) expect(Math.abs(endOf(user)! - now - 20 * 86_400)).toBeLessThan(60);
  expect(endOf('engine')).toBeUndefined();
  await server('render');
  expect(creds('w1')).toBe(w1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 86_400_000 });
  try {
    await server('render');
  } finally {
    vi.useRealTimers();
  }
  expect(endOf('w1')! - now).toBeGreaterThan(30 * 86_400);
  expect(creds('engine')).toBe(engine);
});

it('server doctor shows what teams use, with the disk space of each below what an engine counts', async () => {
  const metrics = [
    'hypertide_team_used{team="vision",of="parallel"} 3',
    'hypertide_team_used{team="speech",of="parallel"} 0',
    'hypertide_team_quota{team="vision",of="parallel"} 30',
    'hypertide_account_store_bytes{team="vision"} 12500000',
    'hypertide_account_store_bytes{team="speech"} 10',
    'hypertide_account_store_limit_bytes{team="vision"} 50000000',
  ];
  const engine = createServer((_, answer) => void answer.end(metrics.join('\n'))).listen(0, '127.0.0.1');
  await once(engine, 'listening');
  const { port } = engine.address() as AddressInfo;
  const place = directory();
  writeFileSync(join(place, 'platform.yaml'), '{ nats: { url: "nats://127.0.0.1:1" }, teams: { vision: {}, speech: {} } }');
  const shown = await hypertide(place, 'server', 'doctor', 'platform.yaml', '--engine', '127.0.0.1:1', String(port));
  await new Promise((closed) => engine.close(closed));
  expect([shown.code, shown.out]).toEqual([6, expect.stringContaining('engine http://127.0.0.1:1/metrics does not answer')]);
  const rows = shown.out
    .trim()
    .split('\n')
    .map((line) =>
      line
        .trim()
        .split(/\s{2,}/)
        .join(' '),
    );
  expect(rows.slice(-4)).toEqual([
    'vision parallel 3 30 10 %',
    'vision bytes 12500000 50000000 25 %',
    'speech parallel 0',
    'speech bytes 10',
  ]);
});

it.each([
  ['no file', ['render', 'nosuch.yaml']],
  ['a cluster of two', ['render', 'two.yaml']],
  ['an address that is none', ['doctor', 'one.yaml', '--engine', 'nowhere']],
  ...['--all=x*', '--nats=nats://a', '--folder=.', '--creds=x', '--users=x', '--once', 'study.yaml'].map((word): [string, string[]] => [
    `a platform with ${word}`,
    ['start', '--platform', 'two.yaml', word],
  ]),
  ['a server over HTTP with limits of streams', ['start', '--http', '0', '--folder', '.', '--max-bytes', '1GB']],
  ['journals on a NATS server', ['start', 'study.yaml', '--nats', 'nats://a', '--fsync', 'always']],
])('server refuses %s', async (_, words) => {
  const place = directory();
  writeFileSync(join(place, 'two.yaml'), '{ nats: { cluster: [a, b] }, teams: { vision: {} } }');
  writeFileSync(join(place, 'one.yaml'), '{ nats: { url: "nats://a" }, teams: { vision: {} } }');
  expectRefused(await hypertide(place, 'server', ...words));
});

it.each(['--creds=x', '--idle=5m'])('a worker of a platform refuses %s', async (word) => {
  const place = directory();
  writeFileSync(join(place, 'platform.yaml'), '{ nats: { url: nats://a }, workers: [g1], teams: { vision: {} } }');
  const { code, err } = await hypertide(place, 'worker', '--platform', 'platform.yaml', '--name', 'g1', word, '--', 'true');
  expect([code, err]).toEqual([2, expect.stringContaining(word.split('=')[0]!)]);
});
