import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, expect, it } from 'vitest';
import { keptFiles } from '../../src/host/keptFiles.ts';
import { coded } from '../support/coded.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'hypertide-files-'));
  mkdirSync(join(place, 'trial-1/attempt-2/checkpoints'), { recursive: true });
  writeFileSync(join(place, 'trial-1/attempt-2/checkpoints/a.csv'), 'a,b\n');
  writeFileSync(join(place, 'trial-1/attempt-2.log'), 'epoch 1\nepoch 2\n');
  mkdirSync(join(place, 'trial-2'));
  writeFileSync(join(place, 'trial-2/secret.txt'), 'of another trial');
  symlinkSync(join(place, 'trial-2/secret.txt'), join(place, 'trial-1/link.txt'));
  symlinkSync(join(place, 'trial-2'), join(place, 'trial-1/folder'));
});

it('lists the output first, then files, and no links', async () => {
  const files = await keptFiles(place).list(1);
  expect(files).toMatchObject([
    { name: 'attempt-2.log', bytes: 16, isOutput: true },
    { name: 'attempt-2/checkpoints/a.csv', bytes: 4, isOutput: false },
  ]);
  expect(await keptFiles(place).list(7)).toEqual([]);
});

it('reads a file, or its end', async () => {
  const { open } = keptFiles(place);
  expect(await text((await open(1, 'attempt-2.log'))!)).toBe('epoch 1\nepoch 2\n');
  expect(await text((await open(1, 'attempt-2.log', 8))!)).toBe('epoch 2\n');
  expect(await text((await open(1, 'attempt-2.log', 1000))!)).toBe('epoch 1\nepoch 2\n');
});

it.each([
  '../trial-2/secret.txt',
  'attempt-2/../../trial-2/secret.txt',
  'link.txt',
  'folder/secret.txt',
  '/etc/hostname',
  'attempt-2',
  '.',
  '',
  'a\0b',
  'none',
])('reads nothing else: %j', async (name) => {
  expect(await keptFiles(place).open(1, name)).toBeUndefined();
});

it('adds files, and replaces none', async () => {
  const { add, open } = keptFiles(place);
  expect(await add(3, 'loss curve.png', Buffer.from('png'))).toBe('uploads/loss curve.png');
  expect(await text((await open(3, 'uploads/loss curve.png'))!)).toBe('png');
  await expect(add(3, 'loss curve.png', Buffer.from('other'))).rejects.toThrow(coded('bad-upload'));
  for (const name of ['../a', 'a/b', '.hidden', '', '-rf', 'x'.repeat(200), 'a\0'])
    await expect(add(3, name, Buffer.from('x')), name).rejects.toThrow(coded('bad-upload'));
});

it.each(['../trial-2', 'none', 'attempt-2.log'])('adds no file through a link "uploads" to %s', async (to) => {
  symlinkSync(to, join(place, 'trial-1/uploads'));
  await expect(keptFiles(place).add(1, 'a.txt', Buffer.from('x'))).rejects.toThrow(coded('bad-upload'));
  expect(readdirSync(join(place, 'trial-2'))).toEqual(['secret.txt']);
});
