import { expect, it } from 'vitest';
import { gains } from '../../../src/insight/recommendation/gains.ts';
import { recommendation } from '../../../src/insight/recommendation/recommendation.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import { float, space } from '../../../streams/index.ts';

const line = space({ x: float(0, 1) });
const objective = { name: 'value', direction: 'minimize' } as const;
const rows = Array.from({ length: 40 }, (_, i): TrialRow<{ readonly x: number }> => {
  const params = { x: rngFor('gains', '', i)() };
  const trial = { trial: i + 1, params, attempt: 1, by: 'random', suggested: i, suggestedAt: 0 };
  return i % 5 === 4 ? { ...trial, status: 'failed' } : { ...trial, status: 'completed', values: { value: (params.x - 0.3) ** 2 } };
});

it('the gain in the course of a study is what was expected after the results until then', () => {
  const found = gains(line, objective, rows.toReversed());
  expect(found.map(({ trial }) => trial)).toEqual([2, 4, 7, 9, 12, 14, 17, 19, 22, 24, 27, 29, 32, 34, 37, 39]);
  for (const { trial, share } of found) expect(share, `${trial}`).toBe(recommendation(line, objective, rows.slice(0, trial))?.gain?.share);
  expect(found.at(-1)!.share).toBeLessThan(found.find(({ share }) => share !== undefined)!.share!);
});

it('trials that were stopped count as results', () => {
  const stopped = rows.map((row, i) => (i >= 20 && row.status === 'completed' ? { ...row, status: 'stopped' as const } : row));
  const found = gains(line, objective, stopped);
  expect(found.map(({ trial }) => trial)).toEqual(gains(line, objective, rows).map(({ trial }) => trial));
  expect(found.at(-1)!.share).toBe(recommendation(line, objective, stopped.slice(0, 39))!.gain!.share);
});

it('a study without results has none', () => {
  expect(gains(line, objective, [rows[4]!])).toEqual([]);
});
