import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHUNK, packed, unpack } from '../../../../streams/nats/checkpoints/files.ts';
import { parseReference, referenceText } from '../../../../streams/nats/checkpoints/reference.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'hypertide-files-'));
const good = { name: 'checkpoints', files: [{ path: 'a/b', size: 3 }], empty: ['c'] };
const file = (path: unknown, size: unknown = 3) => ({ ...good, files: [{ path, size }] });

/** Unpacks a checkpoint that a trainer wrote by hand. */
async function unpacked(list: unknown, content = 'abc', to = folder()) {
  const text = typeof list === 'string' ? list : JSON.stringify(list);
  const chunks = async function* () {
    yield Buffer.from(`${text}\n${content}`);
  };
  return [await unpack(chunks(), to), to] as const;
}

describe('a checkpoint', () => {
  it('holds files below one directory, or one file', async () => {
    const [name, place] = await unpacked({ ...good, unknown: 1 });
    expect(readdirSync(join(place, name), { recursive: true }).sort()).toEqual(['a', 'a/b', 'c']);
    const [alone, where] = await unpacked({ ...file(''), empty: [] });
    expect(readFileSync(join(where, alone), 'utf8')).toBe('abc');
  });

  it.each([
    ['no JSON', '{'],
    ['a list', []],
    ['a way up', file('../b')],
    ['a way up inside', file('a/../../b')],
    ['an absolute path', file('/etc/passwd')],
    ['a path with a backslash', file('..\\b')],
    ['a path with a zero', file('a\0')],
    ['an empty part', file('a//b')],
    ['a directory that leaves', { ...good, empty: ['..'] }],
    ['a name that leaves', { ...good, name: '..' }],
    ['a name with a slash', { ...good, name: 'a/b' }],
    ['the same path twice', { ...good, files: [...good.files, { path: 'c', size: 0 }] }],
    ['a file that is also a directory', { ...good, files: [{ path: '', size: 3 }] }],
    ['a negative size', file('a', -3)],
  ])('is refused with %s', async (_, list) => {
    const to = folder();
    await expect(unpacked(list, 'abc', to)).rejects.toThrow(/^its list of files has /);
    expect(readdirSync(to)).toEqual([]);
  });

  it('is refused with more or fewer bytes than its files', async () => {
    await expect(unpacked(good, 'ab')).rejects.toThrow('fewer bytes');
    await expect(unpacked(good, 'abcd')).rejects.toThrow('more bytes');
    await expect(unpacked('x'.repeat(100), '')).rejects.toThrow('its list of files');
  });

  it('has chunks of one length, whatever its files are', async () => {
    const from = folder();
    for (let i = 0; i < 3000; i++)
      writeFileSync(join(from, `a-file-with-a-name-that-makes-the-list-longer-than-a-chunk-${'x'.repeat(150)}-${i}`), String(i));
    mkdirSync(join(from, 'sub'));
    writeFileSync(join(from, 'sub', 'large'), Buffer.alloc(2 * CHUNK + 3, 'abc'));
    const { bytes, chunks } = await packed(from, () => {});
    const all: Uint8Array[] = [];
    for await (const chunk of chunks) all.push(chunk);
    expect(all.slice(0, -1).every(({ length }) => length === CHUNK)).toBe(true);
    expect(all).toHaveLength(Math.ceil(bytes / CHUNK));
    const to = folder();
    const again = async function* () {
      yield* all;
    };
    const restored = join(to, await unpack(again(), to));
    expect(readdirSync(restored)).toHaveLength(3001);
    expect(readFileSync(join(restored, 'sub', 'large')).equals(readFileSync(join(from, 'sub', 'large')))).toBe(true);
  });

  it('is not saved if a file became shorter', async () => {
    const path = join(folder(), 'model');
    writeFileSync(path, 'abc');
    const { chunks } = await packed(path, () => {});
    writeFileSync(path, 'a');
    await expect(chunks.next()).rejects.toThrow('became shorter');
  });
});

it('a reference is distinguished from a path', () => {
  const sha = 'a'.repeat(64);
  const reference = { id: 'w1.17.2.Xq', bytes: 12, sha256: sha };
  expect(parseReference(referenceText(reference))).toEqual(reference);
  const others = [
    '/a/b',
    'nats:w1/1/x',
    `nats:*/1/1/a/1/${sha}`,
    `nats:w1/0/1/a/1/${sha}`,
    `nats:w1/1/1/a/1/${sha}0`,
    `nats:w1/1/1/a.b/1/${sha}`,
  ];
  for (const text of [undefined, '', ...others, `s3://b/1/${sha}`]) expect(parseReference(text)).toBeUndefined();
});
