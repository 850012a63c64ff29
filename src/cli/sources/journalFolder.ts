import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { begunIn } from './journalFile.ts';

const ENDING = '.jsonl';

/**
 * The paths of the journals in a folder whose studies have begun. Other programs also write files with this extension.
 *
 * @param passOver called with the reason why a file is not one of them
 * @throws the error of the file system if the folder cannot be read
 */
export async function journalsIn(folder: string, passOver: (error: Error) => void = () => {}): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING)).sort();
  const paths = names.map((name) => join(folder, name));
  const begun = await Promise.all(paths.map((path) => begunIn(path).catch((error: Error) => void passOver(error))));
  return paths.filter((_, i) => begun[i] !== undefined);
}

/**
 * Finds the journals in a folder, and those that appear there later. Other files that end in `.jsonl` are skipped.
 *
 * @param found called once for each journal whose study has begun
 * @returns resolves when the folder has been read, to a function that ends the watch.
 * @throws the error of the file system if the folder cannot be read
 */
export async function watchJournals(folder: string, found: (path: string) => void): Promise<() => void> {
  const known = new Set<string>();
  const look = async (name: string) => {
    const path = join(folder, name);
    if (!name.endsWith(ENDING) || known.has(path)) return;
    const begun = await begunIn(path).catch(() => undefined); // not a journal, or gone
    if (begun === undefined || known.has(path)) return;
    known.add(path);
    found(path);
  };
  const watcher: FSWatcher = watch(folder, (_, name) => void (name !== null && look(name)));
  watcher.on('error', () => {}); // the folder is gone: its journals stay as they were read
  for (const name of (await readdir(folder)).sort()) await look(name);
  return () => watcher.close();
}
