import { createHash } from 'node:crypto';
import { isRecord, jsonIn } from '../../../src/schema/json.ts';
import { isDigest } from './reference.ts';

/** Bytes of a chunk, at most: half of what a server takes by default as one message. */
export const CHUNK = 512 * 1024;
/** Bytes of a manifest, at most: it is one message. It has room for the chunks of 6 GB. */
export const LONGEST_MANIFEST = 1000 * 1000;

/** A file of a checkpoint. */
export interface SavedFile {
  /** Below the directory that was saved, with slashes; empty if a file alone was saved. */
  readonly path: string;
  readonly size: number;
  readonly executable?: boolean;
}

/** What a checkpoint consists of: the content of its files, one after the other, is that of its chunks. */
export interface Manifest {
  /** Of the file or directory that was saved. */
  readonly name: string;
  readonly files: readonly SavedFile[];
  /** Directories without files. */
  readonly empty: readonly string[];
  /** SHA-256 and bytes of each chunk. */
  readonly chunks: readonly (readonly [sha256: string, size: number])[];
}

/** A checkpoint cannot be saved or restored. The message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes of its files. */
export const checkpointBytes = ({ files }: Pick<Manifest, 'files'>): number => files.reduce((sum, { size }) => sum + size, 0);

/** Parses a manifest that another trainer wrote. @throws CheckpointError if it could harm this machine, or is not a manifest */
export function parseManifest(bytes: Uint8Array): Manifest {
  const wrong = (what: string): never => {
    throw new CheckpointError(`its manifest has ${what}`);
  };
  const data = jsonIn(new TextDecoder().decode(bytes));
  if (!isRecord(data)) return wrong('a form other than a JSON object');
  const { name, files, empty, chunks } = data;
  if (!isPart(name)) return wrong('a name that no file can have');
  if (!isListOf(files, isFile) || !isListOf(empty, isPath) || !isListOf(chunks, isChunk))
    return wrong('a path that leaves the directory, or a wrong field');
  const paths = [...files.map(({ path }) => path), ...empty];
  if (new Set(paths).size < paths.length) return wrong('the same path twice');
  if (paths.includes('') && paths.length > 1) return wrong('a file that is also a directory');
  if (checkpointBytes({ files }) !== chunks.reduce((sum, [, size]) => sum + size, 0)) return wrong('files of another size than its chunks');
  return { name, files, empty, chunks };
}

const isListOf = <T>(data: unknown, is: (one: unknown) => one is T): data is readonly T[] => Array.isArray(data) && data.every(is);

const isSize = (data: unknown): data is number => Number.isSafeInteger(data) && Number(data) >= 0;

const isChunk = (data: unknown): data is readonly [string, number] =>
  Array.isArray(data) && data.length === 2 && isDigest(data[0]) && isSize(data[1]) && data[1] > 0 && data[1] <= CHUNK;

const isFile = (data: unknown): data is SavedFile =>
  isRecord(data) &&
  (data.path === '' || isPath(data.path)) &&
  isSize(data.size) &&
  (data.executable === undefined || data.executable === true);

/** Whether a path stays below the directory that it is relative to. */
const isPath = (data: unknown): data is string => typeof data === 'string' && data.split('/').every(isPart);

/** Whether a text is the name of one file on every system, and does not lead upwards. */
export const isPart = (data: unknown): data is string =>
  typeof data === 'string' && data.length > 0 && data.length <= 255 && !/^\.{1,2}$|[\\/\p{Cc}]/u.test(data);
