import { stat } from 'node:fs/promises';
import { JournalError } from './errors.ts';

/** @throws JournalError for what is no file, such as a pipe: to open one would wait until another process writes it. */
export async function checkIsFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined); // opening it says why it cannot be read
  if (there && !there.isFile())
    throw new JournalError(path, `expected a file for the journal, got ${there.isDirectory() ? 'a directory' : 'a pipe or a device'}`);
}
