import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { blocksOf, inDirectory, isProgram, pages, root, run, tsx, writeBlocks } from './support/documents.ts';
import { ensurePage } from './support/page.ts';
import { follow, programsOf } from './support/walkthrough.ts';

const documents = ['README.md', 'CONTRIBUTING.md', ...pages];
const programs = blocksOf(pages, 'ts');
const place = writeBlocks(
  join(root, '.docs/deep'),
  programs.map(([, block]) => block),
);

beforeAll(ensurePage); // for reports

describe.concurrent('the code of the documents', () => {
  it.each(programs.filter(isProgram))('%s runs', (_, block) => inDirectory((directory) => tsx(directory, place(block))));

  it.each(blocksOf(documents, 'python'))('%s is Python', async (_, { code }) => {
    await run(root, 'python3', '-c', 'import sys; compile(sys.argv[1], "block", "exec")', code);
  });

  it.each(['program', 'typescript'])('the tutorial %s works, followed step by step', (name) =>
    inDirectory((directory) => {
      writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
      return follow(`docs/tutorials/${name}.md`, directory, programsOf(join(directory, 'programs')));
    }),
  );
});
