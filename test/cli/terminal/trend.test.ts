import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { trend } from '../../../src/cli/terminal/trend.ts';
import type { TrialRow } from '../../../src/study/trials.ts';

const row = (trial: number): TrialRow => ({
  trial,
  params: {},
  status: trial % 3 === 0 ? 'stopped' : 'completed',
  values: { loss: 1 / trial },
  attempt: 1,
  by: 'random',
  suggested: 1,
  suggestedAt: 0,
});

it('draws the results once there are some, and again as they become more', () => {
  const rows: TrialRow[] = [row(1), row(2)];
  let read = 0;
  const draw = trend(
    () => {
      read++;
      return rows;
    },
    () => rows.length,
  );
  const lines = (columns: number) => draw(columns, 6, { name: 'loss', direction: 'minimize' }).map(stripVTControlCharacters);
  expect(lines(60)).toEqual([]);
  for (let trial = 3; trial <= 1000; trial++) rows.push(row(trial));
  const first = lines(60);
  expect(first).toHaveLength(6);
  for (const line of first) expect(line.length).toBeLessThanOrEqual(60);
  expect(first.slice(0, 4).join('')).toMatch(/[\u2801-\u28ff]/);
  expect(first.at(-1)).toContain('trial');
  expect(lines(60)).toEqual(first);
  rows.push(row(1001));
  lines(60);
  expect(read).toBe(1); // one more of a thousand changes nothing that can be seen
  lines(40);
  for (let trial = 1002; trial <= 1010; trial++) rows.push(row(trial));
  lines(40);
  expect(read).toBe(3);
});
