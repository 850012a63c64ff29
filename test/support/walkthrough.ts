import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { command } from './command.ts';
import { documentBlocks, root, run } from './documents.ts';

/**
 * Follows a page in an empty folder as a reader does: saves the blocks that begin with a name of a file, and runs the others for the shell, in
 * their order. A block of text after one for the shell is what it prints, by its shape. Blocks marked `no-run` install what is there already, or
 * differ from machine to machine.
 *
 * @param programs a folder with programs of the reader, such as `hypertide`, which come first on the path
 * @param env variables of the reader's environment
 * @throws Error if a block for the shell fails, or prints something else.
 */
export async function follow(page: string, folder: string, programs: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const set = Object.entries({ ...env, PATH: `${programs}${delimiter}${process.env.PATH}` }).map(([name, value]) => `${name}=${value}`);
  let printed: string | undefined;
  for (const { language, note, code, line } of documentBlocks(page)) {
    const [, file] = /^(?:#|\/\/) ([\w-]+\.\w+)/.exec(code) ?? [];
    if (file) writeFileSync(join(folder, file), code);
    if (language === 'text' && note === '' && printed !== undefined) {
      const missing = missingLine(code, printed);
      if (missing !== undefined) throw new Error(`${page}:${line}: expected a line such as\n${missing}\nin\n${printed}`);
    }
    printed = undefined;
    if (language === 'sh' && note === '' && !file)
      ({ stdout: printed } = await run(folder, 'env', ...set, 'bash', '--norc', '-eu', '-c', `exec 2>&1\n${code}`));
  }
}

/** The first line of the expected text that has no line of its shape among those that were printed, in order; … stands for any number of lines. */
function missingLine(expected: string, printed: string): string | undefined {
  const shapes = printed.split('\n').map(shapeOf);
  let from = 0;
  for (const line of expected.trimEnd().split('\n')) {
    if (line.trim() === '…') continue;
    const at = shapes.indexOf(shapeOf(line), from);
    if (at < 0) return line;
    from = at + 1;
  }
  return undefined;
}

/** A line without what differs from run to run: numbers, widths, bars, the state of a trial, and of which step a prediction is. */
const shapeOf = (line: string): string =>
  line
    .replace(/[\u2580-\u259f\u2800-\u28ff]+/g, '▁')
    .replace(/[-−]?\d[\d.,]*(?:e[-+]?\d+)?/g, '#')
    .replace(/#(?:, #)+/g, '#')
    .replace(/\b(?:completed|stopped)\b/g, '@')
    .replace(/(?: at step #)?( \(mean ± standard deviation)[^)]*/, '$1')
    .replace(/\s+/g, ' ')
    .trim();

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
