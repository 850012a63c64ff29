import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAssignments, sharedProgram } from '../../src/worker/assignments.ts';
import { directory } from '../cli/support.ts';

const settings = { parallel: 4, timeLimit: 60 };

function file(...lines: string[]): string {
  const path = join(directory(), 'worker.yaml');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

it('a file names a program for each study, which overrides options of the command line', async () => {
  const path = file(
    'studies:',
    '  digits:',
    '    command: python train.py {args}',
    '    weight: 3',
    '    parallel: 2',
    "  'team-*':",
    '    command: [sh, -c, "a b"]',
    '    timeLimit: 5m',
    '    parallel: 9',
  );
  expect(await readAssignments(path, settings)).toEqual([
    { ...settings, studies: 'digits', words: ['python', 'train.py', '{args}'], weight: 3, parallel: 2 },
    { ...settings, studies: 'team-*', words: ['sh', '-c', 'a b'], weight: 1, timeLimit: 300, parallel: 4 },
  ]);
});

it('without --parallel, the largest number in the file is the limit of all studies together', async () => {
  const parallelOf = async (path: string, given = {}) => (await readAssignments(path, given)).map(({ parallel }) => parallel);
  const several = file('studies: { a: { command: a, parallel: 2 }, b: { command: b, parallel: 3 }, c: { command: c } }');
  expect(await parallelOf(several)).toEqual([2, 3, 3]);
  expect(await parallelOf(several, { parallel: 1 })).toEqual([1, 1, 1]);
  expect(await parallelOf(file('studies: { a: { command: a } }'))).toEqual([1]);
});

it.each([
  ['studies: { digits: {} }', '1:12: studies.digits.command: expected a value, got nothing'],
  ['studies: { digits: { command: a, wait: 1 } }', '1:34: studies.digits.wait: unknown key'],
  ['studies: { digits: { command: a, weight: 0 } }', '1:34: studies.digits.weight: expected a number above 0, got 0'],
  ['studies: { di.gits: { command: a } }', 'studies.di.gits: expected letters'],
  ['studies: { "a/*": { command: a } }', 'studies.a/*: expected a pattern of names, such as team-*, got a/*'],
  ['studies: {}', '1:1: studies: expected names of studies or patterns, with a command for each, got {}'],
])('the file %s is refused with its place', async (text, message) => {
  const path = file(text);
  await expect(readAssignments(path, settings)).rejects.toThrow(message);
  await expect(readAssignments(path, settings)).rejects.toThrow(path);
});

it('one program serves names and patterns by weight', () => {
  expect(sharedProgram(['digits=3', 'team-*'], ['a'], settings)).toEqual([
    { ...settings, studies: 'digits', weight: 3, words: ['a'] },
    { ...settings, studies: 'team-*', weight: 1, words: ['a'] },
  ]);
});
