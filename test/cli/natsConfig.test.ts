import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { directory, expectRefused, hypertide } from './support.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;
const make = (place: string) => hypertide(place, 'server', 'config', 'digits', '--trainer', 'w1');

it('server config writes seeds that only their owner can read, also into a directory that was open to others', async () => {
  const place = directory();
  const seeds = join(place, 'seeds');
  mkdirSync(seeds);
  chmodSync(seeds, 0o755);
  expect((await make(place)).code).toBe(0);
  expect(modeOf(seeds)).toBe(0o700);
  for (const name of ['engine', 'w1', 'viewer', 'operator']) expect(modeOf(join(seeds, `${name}.nk`)), name).toBe(0o600);
});

it('server config configures a server for this machine, unless --host names an address', async () => {
  const place = directory();
  const mine = await make(place);
  expect([mine.out, mine.err]).toEqual([
    expect.stringContaining('\nhost: "127.0.0.1"\n'),
    expect.stringContaining('--host 0.0.0.0 lets others'),
  ]);
  const { out, err } = await hypertide(place, 'server', 'config', '--host', '0.0.0.0');
  expect([out, err]).toEqual([expect.stringContaining('\nhost: "0.0.0.0"\n'), expect.not.stringContaining('own machine')]);
});

it('server config keeps seeds that are there', async () => {
  const place = directory();
  const { out } = await make(place);
  const again = await make(place);
  expect([again.code, again.out]).toEqual([0, out]);
  expect(again.err).toContain('existed already');
  expect(again.err).not.toContain('restart');
  const more = await hypertide(place, 'server', 'config', 'digits', '--trainer', 'w1', 'w2');
  expect(more.err).toContain('w2 is new: restart a running server');
});

it('server config writes no seed through a link that another user has left', async () => {
  const place = directory();
  const other = join(place, 'other');
  mkdirSync(join(place, 'seeds'));
  symlinkSync(other, join(place, 'seeds', 'engine.nk'));
  expect((await make(place)).code).not.toBe(0);
  expect(existsSync(other)).toBe(false);
  writeFileSync(other, 'mine');
  expect((await make(place)).code).not.toBe(0); // its target is not a seed
  expect(readFileSync(other, 'utf8')).toBe('mine');
});

it('server sign makes logins of a role, and keeps those that are valid', async () => {
  const place = directory();
  writeFileSync(join(place, 'platform.yaml'), '{ nats: { url: "nats://127.0.0.1" }, teams: { vision: {} } }');
  await hypertide(place, 'server', 'render', 'platform.yaml');
  const keys = join(place, 'keys');
  const seed = /\bS[AOU][A-Z2-7]{56}\b/; // whole words: a public key may have these letters inside
  expect(readFileSync(join(keys, 'vision', 'trainer.signer'), 'utf8')).toMatch(seed);
  expect(readFileSync(join(place, 'out', 'nats', 'nats.conf'), 'utf8')).not.toMatch(seed);
  for (const name of ['root.nk', 'vision/trainer.signer', 'vision/engine.creds']) expect(modeOf(join(keys, name)), name).toBe(0o600);
  expect(modeOf(join(keys, 'vision'))).toBe(0o700);
  const sign = (...names: readonly string[]) =>
    hypertide(place, 'server', 'sign', 'keys/vision/trainer.signer', ...names, '--days', '30', '-o', 'logins');
  expect(await sign('w2', 'w3')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('rights of trainer in vision') });
  const creds = readFileSync(join(place, 'logins', 'vision', 'w3.creds'), 'utf8');
  expect(creds).toContain('BEGIN NATS USER JWT');
  expect((await sign('w3', 'w4')).err).toContain('(vision/w3.creds existed already)');
  expect(readFileSync(join(place, 'logins', 'vision', 'w3.creds'), 'utf8')).toBe(creds);
});

it.each([
  ['no name', ['trainer.signer']],
  ['a key that is not there', ['nosuch', 'w1']],
  ['a file that is no key', ['other.signer', 'w1']],
])('server sign refuses %s', async (_, words) => {
  const place = directory();
  for (const name of ['trainer.signer', 'other.signer']) writeFileSync(join(place, name), '{}');
  expectRefused(await hypertide(place, 'server', 'sign', ...words));
});

it('server config prints no configuration whose keys it could not write', async () => {
  const place = directory();
  writeFileSync(join(place, 'seeds'), 'a file, where the keys should be');
  const { code, out } = await make(place);
  expect([code === 0, out]).toEqual([false, '']);
});

it('server config and server users leave the rights of a directory with other files as they are', async () => {
  const place = directory();
  chmodSync(place, 0o755);
  writeFileSync(join(place, 'mine'), '');
  await hypertide(place, 'server', 'config', 'digits', '--seeds', '.');
  await hypertide(place, 'server', 'users', '--viewer', 'ada', '--tokens', '.');
  expect(modeOf(place)).toBe(0o755);
  for (const name of ['engine.nk', 'ada.token']) expect(modeOf(join(place, name)), name).toBe(0o600);
});

it('server users writes no tokens for names that it refuses', async () => {
  const place = directory();
  expect((await hypertide(place, 'server', 'users', '--viewer', 'ada', '--trainer', 'w1', 'w1')).code).toBe(2);
  expect(readdirSync(place)).toEqual([]);
});

it('server config adds TLS and a quota', async () => {
  const { out } = await hypertide(
    directory(),
    'server',
    'config',
    '--server-cert',
    'c.pem',
    '--server-key',
    'k.pem',
    '--max-bytes',
    '2GiB',
  );
  expect(out).toContain('cert_file: "c.pem"');
  expect(out).toContain('jetstream: { max_file: 2147483648 }');
});

it.each([
  ['a certificate without its key', ['--server-cert', 'c.pem']],
  ['a size that is none', ['--max-bytes', 'much']],
  ['a trainer with the name of a role', ['--trainer', 'admin']],
  ['a team', ['--team', 'vision']],
])('server config refuses %s', async (_, args) => {
  const place = directory();
  expectRefused(await hypertide(place, 'server', 'config', ...args));
  expect(existsSync(join(place, 'seeds'))).toBe(false);
});

it('server config replaces the file of --output only if there is no error', async () => {
  const place = directory();
  const config = ['server', 'config', 'digits', '-o', 'server.conf'];
  expect(await hypertide(place, ...config, '--trainer', 'w1')).toMatchObject({ code: 0, out: '' });
  const written = readFileSync(join(place, 'server.conf'), 'utf8');
  expect(written).toContain('TRAINER_w1');
  expect((await hypertide(place, ...config, '--trainer', 'no name')).code).toBe(2);
  expect(readFileSync(join(place, 'server.conf'), 'utf8')).toBe(written);
  expect(await hypertide(place, ...config, '--trainer', 'w1', 'w2')).toMatchObject({ code: 0 });
  expect(readFileSync(join(place, 'server.conf'), 'utf8')).toContain('TRAINER_w2');
  expect(readdirSync(place).sort()).toEqual(['seeds', 'server.conf']);
});

it('server config asks clients for certificates with --client-ca only: --tls-ca is the authority of a server', async () => {
  const tls = ['server', 'config', 'digits', '--server-cert', 'c.pem', '--server-key', 'k.pem'];
  expect((await hypertide(directory(), ...tls, '--tls-ca', 'ca.pem')).out).not.toContain('verify');
  expect((await hypertide(directory(), ...tls, '--client-ca', 'ca.pem')).out).toMatch(/ca_file: "ca.pem"\s+verify: true/);
});
