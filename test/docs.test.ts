import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { wholeProgram } from '../src/cli/program.ts';
import { readPlatform } from '../src/host/platform/platformFile.ts';
import { readStudyFile } from '../src/studyFile/studyFile.ts';
import { strategyContract } from '../src/testing/strategyContract.ts';
import { studyLayout } from '../src/text/studyLayout.ts';
import { readAssignments } from '../src/worker/assignments.ts';
import { chain, random, type Strategy } from '../streams/index.ts';
import { parseStrategy } from '../streams/spec/spec.ts';
import { caseOf } from './contract/cases.ts';
import { blocksOf, inDirectory, isProgram, pages, root, tsx, writeBlocks } from './support/documents.ts';
import { calledOf, commandPages, commandsFolder, factsFile, factsText } from './support/reference.ts';

const start = ['README.md', 'CONTRIBUTING.md'];
const documents = [...start, ...pages];
const blocks = blocksOf(start, 'ts');
const folder = join(root, '.docs/unit');
const place = writeBlocks(
  folder,
  blocks.map(([, block]) => block),
);

describe.concurrent('the code of the documents', () => {
  it.each(blocks.filter(isProgram))('%s runs', (_, block) => inDirectory((directory) => tsx(directory, place(block))));

  it.each(blocksOf(documents, 'yaml').filter(isProgram))('%s is a study file, or the file of a worker or a platform', (_, { code }) =>
    inDirectory(async (directory) => {
      const path = join(directory, 'file.yaml');
      writeFileSync(path, code);
      if (code.startsWith('# worker.yaml')) expect(await readAssignments(path, { parallel: 4 })).not.toEqual([]);
      else if (code.startsWith('# platform.yaml')) expect((await readPlatform(path)).teams).not.toEqual([]);
      else expect(Object.keys(await readStudyFile(path))).toContain('space');
    }),
  );
});

/** The anchors that headings get: lower case, blanks as dashes. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );

it.each([...documents, 'CHANGELOG.md', 'SECURITY.md', 'GLOSSARY.md'])('the links of %s lead somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, path, anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
    const target = join(root, path ? join(dirname(page), path) : page);
    expect(existsSync(target), `${page}: ${path}`).toBe(true);
    if (anchor) expect(anchorsOf(readFileSync(target, 'utf8')), `${page}: ${path}#${anchor}`).toContain(anchor);
  }
});

it('the reference of facts is up to date (npm run schema)', () => expect(readFileSync(factsFile, 'utf8')).toBe(factsText()));

const program = await wholeProgram();
const called = calledOf(program);

it('the reference of commands is up to date (npm run schema)', () => {
  const written = readdirSync(commandsFolder).map((file) => [file, readFileSync(join(commandsFolder, file), 'utf8')] as const);
  expect(new Map(written)).toEqual(commandPages(program));
});

const lines = blocksOf(documents, 'sh').flatMap(([, { code }]) => code.match(/^hypertide .*/gm) ?? []);
it.each([...new Set(lines)])('%s is a command with options that exist', (line) => {
  const [own = ''] = line.split(/ (?:#|-- )/);
  const [, ...given] = own.trim().split(/\s+/);
  if (given[0] === 'help') return;
  const named = called.findLast(({ words }) => words.every((word, i) => word === given[i]));
  const found = named?.words.join() === 'worker' ? called.find(({ words }) => words.join() === 'worker,start') : named;
  expect(found?.command.commands, 'a command, not a group').toEqual([]);
  const known = new Set(ancestry(found!.command).flatMap(({ options }) => options.flatMap(({ short, long }) => [short, long])));
  const options = given.filter((word) => /^-+[a-z]/.test(word)).map((word) => word.split('=')[0]);
  expect(options.filter((option) => !known.has(option) && option !== '--help' && option !== '--version')).toEqual([]);
});

/** A command, and those above it, whose options it takes too. */
const ancestry = (command: Command | null): Command[] => (command ? [command, ...ancestry(command.parent)] : []);

const strategies = documents.flatMap((document) =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/`strategy: ([^`()]+)`|--strategy '([^']+)'/g)].map(
    ([, key, option]) => key ?? option!,
  ),
);
it.each([...new Set(strategies)])('%s is a strategy', (text) => expect(parseStrategy(parse(text))).toBeInstanceOf(Function));

it('the reference of study files has a row for each key', () => {
  const rows = readFileSync(join(root, 'docs/reference/study-file.md'), 'utf8').match(/(?<=^\| `)\w+(?=` \|)/gm);
  expect(rows).toEqual(expect.arrayContaining(Object.keys(studyLayout)));
});

describe('the strategy of CONTRIBUTING.md', async () => {
  const load = (path: string) => import(/* @vite-ignore */ join(folder, 'CONTRIBUTING.md', path));
  await load('test/samplers/hillClimb.test.ts'); // registers its tests here
  const { hillClimb }: { readonly hillClimb: (options?: { readonly size: number }) => Strategy } =
    await load('streams/strategies/hillClimb.ts');

  strategyContract({ describe, it }, 'chain(hillClimb, random)', { ...caseOf('random'), make: () => chain(hillClimb(), random()) });

  it('checks its options', () => expect(() => hillClimb({ size: 0 })).toThrow(/hillClimb\.size: .*, got 0/));
});
