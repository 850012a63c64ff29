import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { command } from './command.ts';
import { documentBlocks, root, run } from './documents.ts';

/**
 * Follows a page in an empty folder as a reader does: saves the blocks that begin with a name of a file, and runs the others for the shell, in
 * their order. Blocks marked `no-run` install what is there already.
 *
 * @param programs a folder with programs of the reader, such as `hypertide`, which come first on the path
 */
export async function follow(page: string, folder: string, programs: string): Promise<void> {
  for (const { language, note, code } of documentBlocks(page)) {
    const [, file] = /^(?:#|\/\/) ([\w-]+\.\w+)/.exec(code) ?? [];
    if (file) writeFileSync(join(folder, file), code);
    else if (language === 'sh' && note === '')
      await run(folder, 'env', `PATH=${programs}${delimiter}${process.env.PATH}`, 'bash', '--norc', '-eu', '-c', code);
  }
}

/** Makes a folder with the command and `npx`. */
export function programsOf(folder: string): string {
  const node = `"${process.execPath}" --import "${join(root, 'node_modules/tsx/dist/loader.mjs')}"`;
  const hypertide = command.map((part) => `"${part}"`).join(' ');
  mkdirSync(folder);
  const program = (name: string, lines: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program('hypertide', `exec ${hypertide} "$@"`);
  program('npx', `case "$1" in tsx) shift; exec ${node} "$@";; hypertide) shift; exec ${hypertide} "$@";; esac\nexit 1`);
  return folder;
}
