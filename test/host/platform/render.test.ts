import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPlatform } from '../../../src/host/platform/platformFile.ts';
import { natsProgram } from '../../support/nats.ts';
import { rendered } from '../../support/rendered.ts';

const declared = {
  nats: { cluster: ['n1', 'n2', 'n3'] },
  teams: { vision: { users: ['w1', 'w2'], quota: { bytes: '2GB' } }, speech: {} },
};
const folder = mkdtempSync(join(tmpdir(), 'render-'));
const made = await rendered(declared);

it('makes keys once: with them, all files are the same', async () => {
  const again = await rendered(declared, made.keys);
  expect(again.files).toEqual(made.files);
  expect(Object.keys(made.keys)).toEqual(
    expect.arrayContaining(['cluster.password', 'vision/engine.creds', 'vision/w2.creds', 'speech/engine.creds']),
  );
  expect((await rendered(declared)).keys['cluster.password']).not.toBe(made.keys['cluster.password']);
});

it('NATS accepts the configuration of each server of the cluster', () => {
  const names = Object.keys(made.files).filter((path) => path.startsWith('nats/'));
  expect(names).toEqual(['nats/n1.conf', 'nats/n2.conf', 'nats/n3.conf']);
  for (const name of names) {
    const path = join(folder, 'server.conf');
    writeFileSync(path, made.files[name]!);
    expect(spawnSync(natsProgram(), ['-t', '-c', path], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    expect(made.files[name]).toContain(`server_name: "${name.slice(5, -5)}"`);
  }
});

it('no file holds a key of a user', () => {
  const text = Object.values(made.files).join('\n');
  for (const [name, secret] of Object.entries(made.keys)) {
    if (/\.(creds|signer|nk)$/.test(name)) expect(text).not.toContain(secret.trim());
  }
});

it('engines read the platform that they get, with the keys beside it', async () => {
  const file = join(folder, 'rendered.yaml');
  writeFileSync(file, made.files['hypertide/platform.yaml']!);
  const read = await readPlatform(file);
  const written = join(folder, 'platform.yaml');
  writeFileSync(written, JSON.stringify(declared));
  expect(read.teams).toEqual((await readPlatform(written)).teams);
  expect(read.keys).toBe(join(folder, 'keys'));
});

it.each([
  [{ url: 'nats://127.0.0.1:4300' }, 'nats/nats.conf', '127.0.0.1'],
  [{ url: 'tls://localhost' }, 'nats/nats.conf', '127.0.0.1'],
  [{ url: 'nats://n1:4300' }, 'nats/nats.conf', '0.0.0.0'],
  [{ cluster: ['localhost:4222', 'localhost:4223', 'localhost:4224'] }, 'nats/localhost-4222.conf', '127.0.0.1'],
  [{ cluster: ['n1', 'n2', 'n3'] }, 'nats/n1.conf', '0.0.0.0'],
])('the servers of %o listen where clients find them, and their monitors, too', async (nats, path, host) => {
  const text = (await rendered({ nats, teams: { vision: {} } })).files[path]!;
  expect(/^host: "(.*)"$/m.exec(text)?.[1]).toBe(host);
  expect(/^http: "(.*):\d+"$/m.exec(text)?.[1]).toBe(host);
});

it('gives an account the bytes of all copies', () => {
  const studies = made.accounts.find(({ name }) => name === 'vision/studies')!;
  const claims = JSON.parse(Buffer.from(studies.jwt.split('.')[1]!, 'base64url').toString()) as {
    nats: { limits: { disk_storage: number } };
  };
  expect(claims.nats.limits.disk_storage).toBe(6e9);
});

it('one server that is there needs no cluster', async () => {
  const one = await rendered({ ...declared, nats: { url: 'nats://nats.example.com:4300?prefix=lab' } });
  expect(Object.keys(one.files).filter((path) => path.startsWith('nats/'))).toEqual(['nats/nats.conf']);
  expect(one.keys['cluster.password']).toBeUndefined();
  expect(one.files['nats/nats.conf']).toContain('port: 4300');
});
