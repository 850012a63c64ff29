import { stat } from 'node:fs/promises';
import { JournalError } from './errors.ts';

/** @throws JournalError if the path is not a file. Opening a pipe, for example, would wait until another process writes to it. */
export async function checkIsFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined); // opening it throws the reason
  if (there && !there.isFile())
    throw new JournalError(path, `expected a file for the journal, got ${there.isDirectory() ? 'a directory' : 'a pipe or a device'}`);
}
