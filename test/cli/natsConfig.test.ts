import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { directory, hypertide } from './support.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;
const make = (place: string) => hypertide(place, 'nats-config', '--study', 'digits', '--trainer', 'w1');

it('nats-config writes seeds that only their owner can read, also into a directory that was open to others', async () => {
  const place = directory();
  const seeds = join(place, 'seeds');
  mkdirSync(seeds);
  chmodSync(seeds, 0o755);
  expect((await make(place)).code).toBe(0);
  expect(modeOf(seeds)).toBe(0o700);
  for (const name of ['engine', 'w1', 'viewer', 'operator']) expect(modeOf(join(seeds, `${name}.nk`)), name).toBe(0o600);
});

it('nats-config keeps seeds that are there', async () => {
  const place = directory();
  const { out } = await make(place);
  const again = await make(place);
  expect([again.code, again.out]).toEqual([0, out]);
  expect(again.err).toContain('were there');
});

it('nats-config writes no seed through a link that another user has left', async () => {
  const place = directory();
  const other = join(place, 'other');
  mkdirSync(join(place, 'seeds'));
  symlinkSync(other, join(place, 'seeds', 'engine.nk'));
  expect((await make(place)).code).not.toBe(0);
  expect(existsSync(other)).toBe(false);
  writeFileSync(other, 'mine');
  expect((await make(place)).code).not.toBe(0); // what it leads to is no seed
  expect(readFileSync(other, 'utf8')).toBe('mine');
});
