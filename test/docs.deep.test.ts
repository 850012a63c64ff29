import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { ensurePage } from './support/build.ts';
import { blocksOf, inDirectory, isProgram, node, pages, root, run, tsx, writeBlocks } from './support/documents.ts';
import { follow, programsOf } from './support/walkthrough.ts';

const documents = ['README.md', 'CONTRIBUTING.md', ...pages];
const blocks = blocksOf(documents, 'ts');
const folder = join(root, '.docs/deep');
const place = writeBlocks(
  folder,
  blocks.map(([, block]) => block),
);

beforeAll(ensurePage); // for reports

describe.concurrent('the code of the documents', () => {
  it('has the right types', () => node(root, 'typescript-native/bin/tsc', '-p', folder));

  it.each(blocks.filter(isProgram).filter(([, { document }]) => pages.includes(document)))('%s runs', (_, block) =>
    inDirectory((directory) => tsx(directory, place(block))),
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
});
