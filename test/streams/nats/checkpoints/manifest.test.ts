import { describe, expect, it } from 'vitest';
import { CHUNK, parseManifest } from '../../../../streams/nats/checkpoints/manifest.ts';
import { parseReference, referenceText } from '../../../../streams/nats/checkpoints/reference.ts';

const sha = 'a'.repeat(64);
const good = { name: 'checkpoints', files: [{ path: 'a/b', size: 3 }], empty: ['c'], chunks: [[sha, 3]] };
const parse = (data: unknown) => parseManifest(new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data)));
const file = (path: unknown, size: unknown = 3) => ({ ...good, files: [{ path, size }] });

describe('a manifest', () => {
  it('lists files below one directory', () => {
    expect(parse({ ...good, unknown: 1 })).toEqual(good);
    expect(parse({ ...file(''), empty: [] }).files).toEqual([{ path: '', size: 3 }]);
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
    ['a size that its chunks do not have', file('a', 4)],
    ['a chunk that is too large', { ...file('a', CHUNK + 1), chunks: [[sha, CHUNK + 1]] }],
    ['a chunk without a digest', { ...good, chunks: [['../x', 3]] }],
  ])('is refused with %s', (_, data) => {
    expect(() => parse(data)).toThrow(/^its manifest has /);
  });
});

it('a reference is distinguished from a path', () => {
  const reference = { trainer: 'w1', trial: 17, sha256: sha };
  expect(parseReference(referenceText(reference))).toEqual(reference);
  for (const text of [undefined, '', '/a/b', 'nats:W1/1/x', `nats:*/1/${sha}`, `nats:w1/0/${sha}`, `nats:w1/1/${sha}0`, `s3://b/1/${sha}`])
    expect(parseReference(text)).toBeUndefined();
});
