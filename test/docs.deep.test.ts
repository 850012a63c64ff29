import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, inDirectory, isProgram, node, pages, root, run, writeBlocks } from './support/documents.ts';
import { ensurePage } from './support/page.ts';
import { follow, programsOf } from './support/walkthrough.ts';

const documents = ['README.md', 'CONTRIBUTING.md', ...pages];
const programs = blocksOf(pages, 'ts');
const place = writeBlocks(
  join(root, '.docs/deep'),
  programs.map(([, block]) => block),
);

const helps = new Map<string, Promise<{ readonly stdout: string }>>();
/** The help of a command, printed once. */
function helpOf(name: string): Promise<{ readonly stdout: string }> {
  const help = helps.get(name) ?? node(root, 'tsx/dist/cli.mjs', join(root, 'src/cli/main.ts'), name, '--help');
  helps.set(name, help);
  return help;
}

beforeAll(ensurePage); // for reports

describe.concurrent('the code of the documents', () => {
  it.each(programs.filter(isProgram))('%s runs', (_, block) =>
    inDirectory((directory) => node(directory, 'tsx/dist/cli.mjs', place(block))),
  );

  it.each(blocksOf(documents, 'python'))('%s is Python', async (_, { code }) => {
    await run(root, 'python3', '-c', 'import sys; compile(sys.argv[1], "block", "exec")', code);
  });

  it.each(['program', 'typescript'])('the tutorial %s works, followed step by step', (name) =>
    inDirectory((directory) => {
      writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
      return follow(`docs/tutorials/${name}.md`, directory, programsOf(join(directory, 'programs')));
    }),
  );

  const commands = blocksOf(documents, 'sh').flatMap(([, { code }]) => code.match(/^hypertide .*/gm) ?? []);
  it.each([...new Set(commands)])('%s is a command with options that exist', async (line) => {
    const [own = ''] = line.split(/ (?:#|-- )/);
    const [, name = '', ...words] = own.trim().split(/\s+/);
    const { stdout } = await helpOf(name);
    expect(stdout).toContain(`Usage: hypertide ${name}`);
    for (const option of words.filter((word) => word.startsWith('-'))) expect(stdout).toMatch(new RegExp(`${option}\\b`));
  });
});
