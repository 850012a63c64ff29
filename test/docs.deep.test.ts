import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, inDirectory, isProgram, node, pages, root, run, writeBlocks } from './support/documents.ts';

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

describe.concurrent('the code of the documents', () => {
  it.each(programs.filter(isProgram))('%s runs', (_, block) =>
    inDirectory((directory) => node(directory, 'tsx/dist/cli.mjs', place(block))),
  );

  it.each(blocksOf(documents, 'python'))('%s is Python', async (_, { code }) => {
    await run(root, 'python3', '-c', 'import sys; compile(sys.argv[1], "block", "exec")', code);
  });

  const commands = blocksOf(documents, 'sh').flatMap(([, { code }]) => code.match(/^hypertide .*/gm) ?? []);
  it.each([...new Set(commands)])('%s is a command with options that exist', async (line) => {
    const [own = ''] = line.split(/ (?:#|-- )/);
    const [, name = '', ...words] = own.trim().split(/\s+/);
    const { stdout } = await helpOf(name);
    expect(stdout).toContain(`Usage: hypertide ${name}`);
    for (const option of words.filter((word) => word.startsWith('-'))) expect(stdout).toMatch(new RegExp(`${option}\\b`));
  });
});
