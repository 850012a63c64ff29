import { readFile } from 'node:fs/promises';
import { UsageError } from './usage.ts';

/** Reads a file that the user named. @throws UsageError */
export const readData = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: Error) => {
    throw new UsageError(`${path}: cannot be read (${cause.message})`);
  });

/** The same as text. @throws UsageError */
export const readText = async (path: string): Promise<string> => (await readData(path)).toString();
