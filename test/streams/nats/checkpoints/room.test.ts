import { expect, it } from 'vitest';
import { CHUNK } from '../../../../streams/nats/checkpoints/manifest.ts';
import { beyondShare, bytesOf, countedBytesOf, fits, forRoom, roomOf, type Saved } from '../../../../streams/nats/checkpoints/room.ts';

/** @param parts in all. @param named those of the checkpoint that was named last */
const saved = (trainer: string, trial: number, parts = 1, named = parts): Saved => {
  const digests = Array.from({ length: parts }, (_, i) => String(i).padStart(64, '0'));
  return { trainer, trial, filter: `ht.s.chunk.${trainer}.${trial}.*`, parts: digests, named: new Set(digests.slice(0, named)) };
};

it('one checkpoint of each trial counts: the named one, or the one that a run saves after it', () => {
  const all = [saved('w1', 1, 5, 3), saved('w1', 2, 5, 1), saved('w1', 3, 2, 0)];
  expect(bytesOf(all)).toBe(12 * CHUNK);
  expect(countedBytesOf(all)).toBe((3 + 4 + 2) * CHUNK);
});

it('a checkpoint fits in the share of its trainer, if it fits at all', () => {
  const room = roomOf(10);
  expect(room.share).toBe(5);
  expect(fits(room, 3, 3, [])).toBe(true); // the same trial handed back twice: the first 3 are still there
  expect(fits(room, 5, 5, [])).toBe(true);
  expect(fits(room, 5, 6, [])).toBe(false);
  const large = roomOf(10 * CHUNK);
  expect(fits(large, 3 * CHUNK, 6 * CHUNK, [saved('w1', 2, 2)])).toBe(true);
  expect(fits(large, 3 * CHUNK, 6 * CHUNK, [saved('w1', 2, 3)])).toBe(false);
});

it('a trainer above its share loses the largest first', () => {
  const all = [saved('w1', 1, 2), saved('w1', 2, 5), saved('w2', 3, 4)];
  expect(beyondShare(all, 4 * CHUNK)).toEqual([saved('w1', 2, 5)]);
  expect(beyondShare(all, 7 * CHUNK)).toEqual([]);
  expect(beyondShare([saved('w1', 1, 8, 4)], 4 * CHUNK)).toEqual([]);
});

it('the checkpoint that is least likely to be resumed makes room', () => {
  const all = [saved('w1', 1, 2), saved('w2', 1), saved('w1', 2, 5), saved('w2', 3, 4)];
  expect(forRoom(all, 4 * CHUNK, [1, 9, 2])).toEqual([saved('w1', 1, 2), saved('w2', 1), saved('w1', 2, 5)]);
  expect(forRoom(all, 100 * CHUNK, [1])).toEqual([saved('w1', 1, 2), saved('w2', 1)]);
  expect(forRoom(all, 0, [1])).toEqual([]);
});
