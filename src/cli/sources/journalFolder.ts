import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { begunIn } from './journalFile.ts';

/**
 * Finds the journals in a folder, and those that appear there later. Other files that end in `.jsonl` are passed over.
 *
 * @param found called once for each journal whose study has begun
 * @returns resolves when the folder has been read, to a function that ends the watch.
 * @throws the error of the file system if the folder cannot be read
 */
export async function watchJournals(folder: string, found: (path: string) => void): Promise<() => void> {
  const known = new Set<string>();
  const look = async (name: string) => {
    const path = join(folder, name);
    if (!name.endsWith('.jsonl') || known.has(path)) return;
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
