import { renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { escapeLateControls } from '../study/plainText.ts';
import { shellQuoted } from '../study/programArguments.ts';
import { messageLines } from './layout.ts';
import { UsageError } from './usage.ts';

/** Prints text to standard output: JSON, or lines whose parts are escaped. */
export const print = (text: string): void => void process.stdout.write(`${escapeLateControls(text)}\n`);

/** Prints a sentence for people to standard output. */
export const tell = (text: string): void => void process.stdout.write(`${messageLines(text, process.stdout).join('\n')}\n`);

/** Prints a line for people to standard error. */
export const inform = (text: string): void => void process.stderr.write(`${messageLines(text, process.stderr).join('\n')}\n`);

/** Prints the command that is useful next. */
export const suggestNext = (command: string): void => inform(`next: ${command}`);

/** The command line of this process, quoted for a shell. */
export const commandLine = (): string => ['hypertide', ...process.argv.slice(2)].map(shellQuoted).join(' ');

/**
 * The same after data about a study, for a person at a terminal: programs and files need no hint.
 *
 * @param quoted how the study was named, after a space; absent if that must not be shown. @param more words after it
 */
export function suggestAfterData(command: string, { quoted }: { readonly quoted?: string }, ...more: readonly (string | number)[]): void {
  if (quoted === undefined || !process.stdout.isTTY || !process.stderr.isTTY) return;
  suggestNext(`hypertide ${[`${command}${quoted}`, ...more].join(' ')}`);
}

/** Writes a file that the user asked for. @param mode of a new file. @throws UsageError */
export const writeOutput = (path: string, data: string | Uint8Array, mode?: number): Promise<void> =>
  writeFile(path, data, { mode }).catch((cause: Error) => {
    throw new UsageError(`${path}: cannot be written (${cause.message})`);
  });

/** A path as people read it: relative if it is below the working directory. */
export function nearby(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}

/** Replaces a file: who reads it sees the old or the new one, never a part. */
export async function replaceFile(path: string, text: string, mode?: number): Promise<void> {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  await writeOutput(fresh, text, mode);
  renameSync(fresh, path);
}
