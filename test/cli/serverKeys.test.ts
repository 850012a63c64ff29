import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { directory, expectRefused, hypertide } from './support.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;
/** The folder of a platform with one team. */
function platform(): string {
  const place = directory();
  writeFileSync(join(place, 'platform.yaml'), '{ nats: { url: "nats://127.0.0.1" }, teams: { vision: {} } }');
  return place;
}
const render = (place: string) => hypertide(place, 'server', 'render', 'platform.yaml');

it('server render writes keys that only their owner can read, also into a directory that was open to others', async () => {
  const place = platform();
  const keys = join(place, 'keys');
  mkdirSync(keys);
  chmodSync(keys, 0o755);
  expect((await render(place)).code).toBe(0);
  for (const folder of [keys, join(keys, 'vision')]) expect(modeOf(folder), folder).toBe(0o700);
  for (const name of ['root.nk', 'vision/trainer.signer', 'vision/engine.creds']) expect(modeOf(join(keys, name)), name).toBe(0o600);
  const seed = /\bS[AOU][A-Z2-7]{56}\b/; // whole words: a public key may have these letters inside
  expect(readFileSync(join(keys, 'vision', 'trainer.signer'), 'utf8')).toMatch(seed);
  expect(readFileSync(join(place, 'out', 'nats', 'nats.conf'), 'utf8')).not.toMatch(seed);
});

it('server render writes no key through a link that another user has left', async () => {
  const place = platform();
  const other = join(place, 'other');
  mkdirSync(join(place, 'keys'));
  symlinkSync(other, join(place, 'keys', 'root.nk'));
  expect((await render(place)).code).not.toBe(0);
  expect(existsSync(other)).toBe(false);
  writeFileSync(other, 'mine');
  expect((await render(place)).code).not.toBe(0); // its target is not a seed
  expect(readFileSync(other, 'utf8')).toBe('mine');
});

it('server render writes no configuration whose keys it could not write', async () => {
  const place = platform();
  writeFileSync(join(place, 'keys'), 'a file, where the keys should be');
  expect((await render(place)).code).not.toBe(0);
  expect(existsSync(join(place, 'out'))).toBe(false);
});

it('server sign makes logins of a role, and keeps those that are valid', async () => {
  const place = platform();
  await render(place);
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

it('server users leaves the rights of a directory with other files as they are', async () => {
  const place = directory();
  chmodSync(place, 0o755);
  writeFileSync(join(place, 'mine'), '');
  await hypertide(place, 'server', 'users', '--viewer', 'ada', '--tokens', '.');
  expect(modeOf(place)).toBe(0o755);
  expect(modeOf(join(place, 'ada.token'))).toBe(0o600);
});

it('server users writes no tokens for names that it refuses', async () => {
  const place = directory();
  expect((await hypertide(place, 'server', 'users', '--viewer', 'ada', '--trainer', 'w1', 'w1')).code).toBe(2);
  expect(readdirSync(place)).toEqual([]);
});
