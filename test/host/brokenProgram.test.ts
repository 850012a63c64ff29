import { expect, it } from 'vitest';
import { brokenProgram } from '../../src/host/brokenProgram.ts';
import type { Intent } from '../../src/study/intents.ts';
import { hostedAs } from '../support/hosted.ts';

/** What a server says and asks for after trials fail one after another. */
function afterFailures(trials: readonly number[], submit = async () => ({ position: 1, fact: {} as never })) {
  const lines: string[] = [];
  const intents: Intent[] = [];
  const { apply } = brokenProgram()(
    hostedAs({
      line: (text) => void lines.push(text),
      submit: (intent) => {
        intents.push(intent);
        return submit();
      },
    }),
  );
  for (const trial of trials)
    apply?.(
      {
        position: trial,
        at: 0,
        effect: 'ended',
        fact: { type: 'failed', trial, reason: 'error', message: 'no module\u001b[2J' },
        event: { type: 'ended', id: trial } as never,
      },
      {} as never,
    );
  return { lines, intents };
}

it('pauses a study whose first trials fail alike, and says how to resume it', () => {
  const { lines, intents } = afterFailures([1, 2, 3]);
  expect(intents).toEqual([{ type: 'change', paused: true, uncounted: [1, 2, 3] }]);
  expect(lines).toEqual([
    'trials 1, 2, 3 failed for the same reason, so the study is paused: error: no module',
    'correct the trainers, then: hypertide resume digits.jsonl (these trials are not counted)',
  ]);
});

it('pauses it once, and leaves out trials that fail after that', () => {
  const { lines, intents } = afterFailures([1, 2, 3, 4]);
  expect(intents.slice(1)).toEqual([{ type: 'change', uncounted: [4] }]);
  expect(lines).toHaveLength(2);
});

it('says why it could not be paused', async () => {
  const { lines } = afterFailures([1, 2, 3], () => Promise.reject(new Error('the disk is full')));
  await Promise.resolve();
  expect(lines.at(-1)).toBe('the disk is full');
});
