import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
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

/** What happens to the journals of a folder. */
interface FolderWatcher {
  /** Called once for each journal whose study has begun. */
  readonly found: (path: string) => void;
  /** Called when a journal was deleted or renamed, and before `found` when another one has taken its place. */
  readonly gone: (path: string) => void;
}

/**
 * Finds the journals in a folder, and those that appear there later. Other files that end in `.jsonl` are skipped.
 *
 * @returns resolves when the folder has been read, to a function that ends the watch.
 * @throws the error of the file system if the folder cannot be read
 */
export async function watchJournals(folder: string, { found, gone }: FolderWatcher): Promise<() => void> {
  /** The files of the known journals, by path. */
  const known = new Map<string, number>();
  const examine = async (name: string) => {
    const path = join(folder, name);
    if (!name.endsWith(ENDING)) return;
    const file = await stat(path).catch(() => undefined);
    const before = known.get(path);
    if (before !== undefined && before !== file?.ino) {
      known.delete(path);
      gone(path);
    }
    if (file === undefined || known.has(path)) return;
    const begun = await begunIn(path).catch(() => undefined); // not a journal, or gone
    if (begun === undefined || known.has(path)) return;
    known.set(path, file.ino);
    found(path);
  };
  const watcher: FSWatcher = watch(folder, (_, name) => void (name !== null && examine(name)));
  watcher.on('error', () => {}); // the folder is gone
  for (const name of (await readdir(folder)).sort()) await examine(name);
  return () => watcher.close();
}
