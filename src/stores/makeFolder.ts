import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../text/usage.ts';

/**
 * Makes a folder that the user has named, and those above it. Node's own `recursive` never returns where a folder cannot be made although its
 * parent exists, as in `/proc`.
 *
 * @throws UsageError
 */
export function makeFolder(path: string, mode?: number): void {
  const missing: string[] = [];
  try {
    for (let at = resolve(path); !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) missing.unshift(at);
    for (const one of missing) makeOne(one, mode);
    if (statSync(path).isDirectory()) return;
  } catch (cause) {
    throw new UsageError(`${path}: the folder cannot be made (${(cause as Error).message})`, { cause });
  }
  throw new UsageError(`${path}: expected a folder, but there is a file with this name`);
}

function makeOne(path: string, mode: number | undefined): void {
  try {
    mkdirSync(path, mode);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause; // another process was faster
  }
}
