import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { banned } from './words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = /\.(ts|tsx|mts|mjs|py|md|yaml|html|css|sh)$|\/run$/;

/** This folder, and recorded output of other programs. */
const exempt = ['test/words/', 'test/programs/outputs/'];

const below = (path: string): string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => below(join(path, name))) : [path];

const files = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  '.ci',
  'docs',
  'src',
  'machines',
  'streams',
  'examples',
  'test',
  'tools',
]
  .map((name) => join(root, name))
  .filter((path) => existsSync(path))
  .flatMap(below)
  .map((path) => relative(root, path))
  .filter((path) => text.test(path) && !exempt.some((start) => path.startsWith(start)));

const findings = (place: string, content: string): string[] =>
  content
    .split('\n')
    .flatMap((line, i) =>
      banned
        .filter(({ phrase }) => phrase.test(line))
        .map(({ phrase, instead, why }) => `${place}:${i + 1}: "${phrase.exec(line)![0]}": write "${instead}", because ${why}`),
    );

it('documents, comments, messages and test names use plain words', () => {
  expect(files).toContain('GLOSSARY.md');
  expect(files.flatMap((path) => findings(path, readFileSync(join(root, path), 'utf8')))).toEqual([]);
});

it('finds what is banned, and says what to write', () => {
  expect(findings('x.md', 'A trial\nis drawn anew.')).toEqual(['x.md:2: "anew": write "again", because engineers do not write it today']);
  const sentences = [
    "to connect anew'",
    'reads the log afresh',
    'is told of it',
    'a sign of life',
    'is pruned',
    'Nothing where it fits',
    'what became of it',
    'lr is not such',
    'so that one sees it',
    'of it nothing is known',
    'as is said above',
    'holds your trainer against it',
  ];
  expect(sentences.map((sentence) => findings('x', sentence).length)).toEqual(banned.map(() => 1));
});

it('leaves plain sentences alone', () => {
  expect(findings('x', "A user who can read, such as you, sees the tag 'anew' beside it, and the study goes on.")).toEqual([]);
});
