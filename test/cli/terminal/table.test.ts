import { expect, it } from 'vitest';
import { table, textTable } from '../../../src/cli/terminal/table.ts';
import { cutTo, widthOf } from '../../../src/text/width.ts';

it.each([
  ['loss', 4],
  ['学習率', 6],
  ['ｆｕｌｌ', 8],
  ['한국어', 6],
  ['e\u0301', 1],
  ['👩‍👩‍👧 👍🏽', 5],
  ['❤️ ❤', 4],
  ['🇯🇵', 2],
  ['\u200b', 0],
])('%s takes %d columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

it('a cut text fits, keeps its end, and splits no character', () => {
  expect(cutTo('learning_rate_decay', 14, 6)).toBe('learnin…_decay');
  expect(cutTo('学習率の減衰', 7)).toBe('学習率…');
  expect(cutTo('学習率の減衰', 8, 3)).toBe('学習…衰');
  expect(cutTo('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…');
  expect(cutTo('exactly', 7)).toBe('exactly');
});

it('columns stay below each other, and numbers are aligned on the right', () => {
  const text = textTable(
    ['名前', 'loss'],
    [
      ['a', '0.5'],
      ['学習率', '12.25'],
    ],
    [1],
  );
  expect(text).toBe(['名前     loss', 'a         0.5', '学習率  12.25'].join('\n'));
});

it('the value of a trial that did not complete has its step', () => {
  const row = { attempt: 1, by: 'random', suggested: 1, suggestedAt: 0, params: { loss: 'hinge', y: 1 }, step: 3 };
  const all = table([
    { ...row, trial: 1, status: 'stopped', values: { loss: 0.25 } },
    { ...row, trial: 2, status: 'completed', values: { loss: 0.5 } },
    { ...row, trial: 3, status: 'failed' },
  ]);
  expect(all).toContain('0.25 (step 3)');
  expect(all.match(/\(step 3\)/g)).toHaveLength(1);
  expect(all).toMatch(/ loss +params\.loss +y /); // a parameter with the name of the objective
});

it('trials on examples have numbers of these, not steps and budgets', () => {
  const row = { attempt: 1, by: 'random', suggested: 1, suggestedAt: 0, params: {} };
  const all = table([
    { ...row, trial: 1, status: 'stopped', values: { loss: 0.25 }, budget: 9, step: 1, examples: 1 },
    { ...row, trial: 2, status: 'completed', values: { loss: 0.5 }, budget: 9, step: 9, examples: 9 },
    { ...row, trial: 3, status: 'open', budget: 9 },
  ]);
  expect(all).toMatch(/^.*loss +planned +examples/);
  expect(all).toMatch(/0\.25 \(1 example\) +9 +1 /);
  expect(all).not.toMatch(/step|budget/);
});
