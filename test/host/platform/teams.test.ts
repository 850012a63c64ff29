import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { credsAuthenticator } from '@nats-io/transport-node';
import { afterAll, expect, it } from 'vitest';
import { examine } from '../../../src/host/platform/doctor.ts';
import { readPlatform } from '../../../src/host/platform/platformFile.ts';
import { servePlatform } from '../../../src/host/platform/servePlatform.ts';
import { openShared } from '../../../src/host/serving/placeToServe.ts';
import type { StatusLine } from '../../../src/text/statusLine.ts';
import { float, space } from '../../../streams/index.ts';
import { jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { eventually } from '../../support/eventually.ts';
import { natsServer } from '../../support/nats.ts';

const teams = ['vision', 'speech'];
const lines: string[] = [];
const screen: StatusLine = { terminal: false, line: (text) => void lines.push(text), status: () => {}, end: () => {} };

const { files, textOf } = await jwtConfig({ teams: teams.map((name) => ({ name, trainers: ['w1'] })) });
const conf = textOf({ store: 'unused', port: -1 }).replace(/jetstream \{[^}]*\}/, '');
const server = await natsServer(`${conf}authorization { timeout: 30 }\n`);
const folder = mkdtempSync(join(tmpdir(), 'platform-'));
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, 'keys', name)), { recursive: true });
  writeFileSync(join(folder, 'keys', name), text);
}
const declared = { nats: { url: server.url }, teams: { vision: { users: ['w1'] }, speech: { users: ['w1'] }, late: {} } };
const valid = join(folder, 'valid.yaml');
for (const path of [join(folder, 'platform.yaml'), valid]) writeFileSync(path, JSON.stringify(declared));
afterAll(() => server.dispose());

const as = (user: string, inboxPrefix: string) =>
  server.connect({ authenticator: credsAuthenticator(new TextEncoder().encode(files[`${user}.creds`])), inboxPrefix });

it('one process serves studies of the same name for several teams, each in its own account', async () => {
  const ending = new AbortController();
  const shared = await openShared({ monitor: '0' }, screen);
  const file = join(folder, 'platform.yaml');
  const served = servePlatform(file, shared, screen, ending.signal);
  const monitor = /http\S+(?=metrics,)/.exec(lines.join('\n'))![0];
  const ask = async (path: string) => (await fetch(monitor + path)).text();
  try {
    const tried = await Promise.all(
      teams.map(async (team, k) => {
        const own = space({ x: float(k, k + 0.5) }); // no value of one team is one of another
        const admin = await as(`${team}/admin`, '_INBOX_admin');
        const study = { parameters: own.toJSON().parameters, strategy: 'random', objective: 'minimize loss', trials: 8, parallel: 2 };
        await eventually(() => request(admin, 'digits', 'create', { study }));
        const xs: number[] = [];
        const worker = trainer<{ x: number }>(
          { nc: await as(`${team}/w1`, '_INBOX.w1'), study: 'digits' },
          { name: 'w1' },
          async ({ x }) => {
            xs.push(x);
            return x;
          },
        );
        await worker.done;
        return xs;
      }),
    );
    for (const [k, xs] of tried.entries()) {
      expect(xs.length).toBeGreaterThanOrEqual(8);
      expect(xs.every((x) => x >= k && x <= k + 0.5)).toBe(true);
    }
    const metrics = await ask('metrics');
    for (const team of teams) {
      expect(metrics).toContain(`hypertide_phase{study="${team}.digits",phase="closed"} 1`);
      expect(metrics).toContain(`hypertide_server_connected{team="${team}"} 1`);
    }
    expect(metrics).toContain('hypertide_server_connected{team="late"} 0');
    const said = (team: string) => lines.filter((line) => line.startsWith(`${team}: `)).map((line) => line.includes('not'));
    expect([said('vision'), said('speech'), said('late')]).toEqual([[false], [false], [true]]); // each once
    expect(JSON.parse(await ask('readyz'))).toMatchObject({ ready: true, server: 'connected' });
    const platform = await readPlatform(file);
    const found = await examine(platform, [monitor]);
    expect(found).toContain('late/engine: it has no credentials: hypertide server apply makes them');
    expect(found).toContain(`engine ${monitor}: it is not connected for the team late`);
    expect(found.filter((line) => /^(vision|speech)/.test(line))).toEqual([]);
    const archives = join(folder, 'archives');
    const retention = { unload: 0.1, archive: 0.2 };
    writeFileSync(file, JSON.stringify({ ...declared, archive: { to: archives }, teams: { ...declared.teams, speech: { retention } } }));
    await eventually(async () => expect(await ask('metrics')).not.toContain('speech.digits'));
    await eventually(() => expect(lines.at(-1)).toContain(`speech.digits: archived in ${join(archives, 'speech', 'digits.tar.gz')}`));
    expect(readdirSync(archives)).toEqual(['speech']);
    expect(await ask('metrics')).toContain('hypertide_phase{study="vision.digits",phase="closed"} 1');
    const { speech: _, ...left } = declared.teams;
    writeFileSync(file, JSON.stringify({ ...declared, teams: { ...left, late: { quota: { parallel: 7 } } } }));
    await eventually(async () => expect(await ask('metrics')).toContain('hypertide_team_quota{team="late",of="parallel"} 7'));
    await eventually(async () => expect(await ask('metrics')).not.toContain('speech'));
    expect(lines.at(-1)).toContain('platform.yaml has changed: archive.to');
    expect(lines.at(-1)).toContain('; speech: no longer a team; late: parallel none -> 7');
    writeFileSync(file, '{ teams: 1 }');
    await eventually(() => expect(lines.at(-1)).toContain('the teams are served as before'));
    expect(await ask('metrics')).toContain('hypertide_server_connected{team="vision"} 1');
    const study = { parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random' };
    await request(await as('vision/admin', '_INBOX_admin'), 'more', 'create', { study });
  } finally {
    ending.abort();
    await served;
    await shared.close();
  }
  const left = await examine(await readPlatform(valid), [monitor]);
  expect(left.filter((line) => line.startsWith('vision.'))).toEqual(['vision.more: no engine serves it']); // the other one has closed
  expect(left).toContainEqual(expect.stringMatching(/^engine http:\S+\/metrics does not answer/));
});

it.each([
  ['{ nats: { url: nats://a }, teams: { a.b: {} } }', /platform\.yaml:1:\d+: teams\.a\.b: expected letters/],
  ['{ nats: {}, teams: { a: {} } }', /nats: expected url, of servers that are there, or cluster/],
  ['{ nats: { url: nats://a }, teams: {} }', /teams: expected names of teams/],
  ['{ nats: { url: nats://a }, teams: { a: { user: [w1] } } }', /user: unknown key.*users/],
  ['{ nats: { url: nats://a }, teams: { a: { retention: { archive: 30d } } } }', /teams\.a\.retention\.archive: expected the folder/],
  ['{ nats: { url: nats://a }, archive: { to: out }, teams: { a: {} } }', /archive\.to: expected an absolute path/],
])('refuses %s', async (text, message) => {
  const path = join(mkdtempSync(join(folder, 'wrong-')), 'platform.yaml');
  writeFileSync(path, text);
  await expect(readPlatform(path)).rejects.toThrow(message);
});
