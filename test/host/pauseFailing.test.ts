import { expect, it } from 'vitest';
import { pauseFailing } from '../../src/host/pauseFailing.ts';

/** What a server says and does after trials fail one after another, and what `pause` answers. */
function afterFailures(trials: readonly number[], pause = async () => {}) {
  const lines: string[] = [];
  const paused: (readonly number[])[] = [];
  const uncounted: (readonly number[])[] = [];
  const failing = pauseFailing({
    past: () => 0,
    place: 'digits.jsonl',
    line: (text) => void lines.push(text),
    pause: (of) => {
      paused.push(of);
      return pause();
    },
    uncount: async (of) => void uncounted.push(of),
  });
  for (const trial of trials)
    failing({
      position: trial,
      at: 0,
      effect: 'ended',
      fact: { type: 'failed', trial, reason: 'error', message: 'no module\u001b[2J' },
      event: { type: 'ended', id: trial } as never,
    });
  return { lines, paused, uncounted };
}

it('pauses a study whose first trials fail alike, and says how to resume it', () => {
  const { lines, paused, uncounted } = afterFailures([1, 2, 3]);
  expect(paused).toEqual([[1, 2, 3]]);
  expect(uncounted).toEqual([]);
  expect(lines).toEqual([
    'trials 1, 2, 3 failed for the same reason, so the study is paused: error: no module',
    'correct the trainers, then: hypertide change digits.jsonl --resume (these trials are not counted)',
  ]);
});

it('pauses it once, and leaves out trials that fail after that', () => {
  const { lines, paused, uncounted } = afterFailures([1, 2, 3, 4]);
  expect(paused).toHaveLength(1);
  expect(uncounted).toEqual([[4]]);
  expect(lines).toHaveLength(2);
});

it('says why it could not be paused', async () => {
  const { lines } = afterFailures([1, 2, 3], () => Promise.reject(new Error('the disk is full')));
  await Promise.resolve();
  expect(lines.at(-1)).toBe('the disk is full');
});
