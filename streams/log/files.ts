import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { JournalError } from './errors.ts';

/** @throws JournalError if the path is not a file. Opening a pipe, for example, would wait until another process writes to it. */
export async function checkIsFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined); // opening it throws the reason
  if (there && !there.isFile())
    throw new JournalError(path, `expected a file for the journal, got ${there.isDirectory() ? 'a directory' : 'a pipe or a device'}`);
}

/** Throws why a journal cannot be read. */
export const unreadable =
  (path: string) =>
  (cause: unknown): never => {
    throw new JournalError(path, 'cannot read the journal', cause);
  };

/** Opens a journal for reading. @throws JournalError if the path is not a file that can be read */
export async function openToRead(path: string): Promise<FileHandle> {
  await checkIsFile(path);
  return open(path).catch(unreadable(path));
}

/** The path of a journal that may not exist yet, without symbolic links. @throws JournalError if its folder cannot be read */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)));
  } catch (cause) {
    throw new JournalError(path, 'cannot open the journal', cause);
  }
}

/** Keeps the name of a new file after a power cut. Some file systems do not support this. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path).catch(() => {});
  await directory?.sync().catch(() => {});
  await directory?.close();
}
