import { expect, it } from 'vitest';
import { type Budget, findings, folderOf, lowered } from './budgetRules.ts';

const budget: Budget = { sizes: { 'src/cli': 100, 'src/gone': 5, words: 1000, 'CPU seconds of tests': 100 }, paid: [] };

it('a file counts for one folder', () => {
  const paths = ['src/cli/commands/run.ts', 'src/errors.ts', 'machines/index.ts', 'streams/nats/serve/a.ts', 'streams/log/a.ts'];
  expect(paths.map(folderOf)).toEqual(['src/cli', 'src', 'machines', 'streams/nats', 'streams']);
});

it('what is above its number, or has none, is a finding', () => {
  expect(findings(budget, { 'src/cli': 100, words: 999, 'CPU seconds of tests': 119 })).toEqual([]);
  const above = findings(budget, { 'src/cli': 101, words: 1001, 'src/new': 1, 'CPU seconds of tests': 121 });
  expect(above.map((line) => line.split(':')[0])).toEqual(['src/cli', 'words', 'src/new', 'CPU seconds of tests']);
});

it('numbers only fall', () => {
  const { sizes } = lowered(budget, { 'src/cli': 90, words: 1200 });
  expect(sizes).toEqual({ 'src/cli': 90, words: 1000, 'CPU seconds of tests': 100 });
});
