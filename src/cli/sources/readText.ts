import { readFile } from 'node:fs/promises';
import { UsageError } from '../usage.ts';

/** Reads a file that the user named. @throws UsageError */
export const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError(`${path}: cannot be read (${cause.message})`);
  });
