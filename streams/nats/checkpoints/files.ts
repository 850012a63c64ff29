import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isRecord, jsonIn } from '../../../src/schema/json.ts';

/** Bytes of a chunk: half of what a server takes by default as one message. Only the last one of a checkpoint is shorter. */
export const CHUNK = 512 * 1024;
/** Bytes of the list of files, at most. */
const LONGEST_LIST = 16 * 1024 * 1024;

/** A checkpoint cannot be saved or restored. The message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** A file of a checkpoint. */
interface SavedFile {
  /** Below the directory that was saved, with slashes; empty if a file alone was saved. */
  readonly path: string;
  readonly size: number;
  readonly executable?: boolean;
}

/** What a checkpoint consists of: this, as a line of JSON, and then the content of its files, one after the other. */
interface Contents {
  /** Of the file or directory that was saved. */
  readonly name: string;
  readonly files: readonly SavedFile[];
  /** Directories without files. */
  readonly empty: readonly string[];
}

/**
 * The contents of a file or directory. A symbolic link to a file inside is saved as that file; links that lead outside, and anything that is not a
 * file, are left out.
 *
 * @param leftOut called with each path that is left out.
 * @throws CheckpointError if its name could not be restored.
 */
async function contentsOf(path: string, leftOut: (path: string) => void): Promise<Contents> {
  const root = await realpath(path);
  const name = basename(resolve(path));
  if (!isPart(name)) throw new CheckpointError(`${JSON.stringify(path)} has no name that a checkpoint can have`);
  const top = await stat(root);
  if (top.isFile()) return { name, files: [savedFile('', top)], empty: [] };
  const files: SavedFile[] = [];
  const empty: string[] = [];
  const look = async (folder: string) => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    if (entries.length === 0 && folder !== '') empty.push(folder);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!isPart(entry.name)) leftOut(below);
      else if (entry.isDirectory()) await look(below);
      else if (entry.isFile()) files.push(savedFile(below, await stat(join(root, below))));
      else if (entry.isSymbolicLink() && (await isInside(root, below))) files.push(savedFile(below, await stat(join(root, below))));
      else leftOut(below);
    }
  };
  await look('');
  return { name, files, empty };
}

const savedFile = (path: string, { size, mode }: { readonly size: number; readonly mode: number }): SavedFile =>
  (mode & 0o100) === 0 ? { path, size } : { path, size, executable: true };

/** Whether a link leads to a file below the directory. */
async function isInside(root: string, below: string): Promise<boolean> {
  const target = await realpath(join(root, below)).catch(() => undefined);
  return target !== undefined && !relative(root, target).startsWith('..') && (await stat(target)).isFile();
}

/**
 * A file or directory as a checkpoint: its bytes, and chunks of them.
 *
 * @param leftOut called with each path that is left out.
 * @throws CheckpointError if its name could not be restored or, with the chunks, if a file becomes shorter.
 */
export async function packed(path: string, leftOut: (path: string) => void) {
  const contents = await contentsOf(path, leftOut);
  const line = Buffer.from(`${JSON.stringify(contents)}\n`);
  const pieces = async function* () {
    yield line;
    for (const { path: below, size } of contents.files) {
      let left = size;
      if (size > 0)
        for await (const piece of createReadStream(join(path, below), { end: size - 1, highWaterMark: CHUNK })) {
          left -= piece.length;
          yield piece as Buffer;
        }
      if (left > 0) throw new CheckpointError(`${below} became shorter while it was being saved`);
    }
  };
  const chunks = async function* () {
    let [chunk, held] = [Buffer.allocUnsafe(CHUNK), 0];
    for await (const piece of pieces())
      for (let at = 0; at < piece.length; ) {
        const copied = piece.copy(chunk, held, at);
        at += copied;
        held += copied;
        if (held < CHUNK) continue;
        yield chunk;
        [chunk, held] = [Buffer.allocUnsafe(CHUNK), 0];
      }
    if (held > 0) yield chunk.subarray(0, held);
  };
  return { bytes: line.length + contents.files.reduce((sum, { size }) => sum + size, 0), chunks: chunks() };
}

/**
 * Writes the files of a checkpoint, which another trainer saved, into a new directory. The directory is new, so no link in it leads elsewhere.
 *
 * @param chunks in order.
 * @returns the name of the file or directory in it.
 * @throws CheckpointError if it could harm this machine, or is not a checkpoint
 */
export async function unpack(chunks: AsyncGenerator<Uint8Array>, directory: string): Promise<string> {
  let rest: Buffer = Buffer.alloc(0);
  const more = async () => {
    const { done, value } = await chunks.next();
    if (done) throw new CheckpointError('it has fewer bytes than its files');
    return Buffer.from(value.buffer, value.byteOffset, value.length);
  };
  while (!rest.includes('\n') && rest.length < LONGEST_LIST) rest = Buffer.concat([rest, await more()]);
  const end = rest.indexOf('\n');
  const { name, files, empty } = parseContents(rest.subarray(0, end).toString());
  rest = rest.subarray(end + 1);
  const root = join(directory, name);
  const isAlone = files.length === 1 && files[0]!.path === '';
  if (!isAlone) await mkdir(root, { recursive: true });
  for (const path of empty) await mkdir(join(root, path), { recursive: true });
  for (const { path, size, executable } of files) {
    const target = path === '' ? root : join(root, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    const handle = await open(target, 'wx');
    try {
      for (let left = size; left > 0; ) {
        if (rest.length === 0) rest = await more();
        const part = rest.subarray(0, left);
        await handle.writeFile(part);
        rest = rest.subarray(part.length);
        left -= part.length;
      }
    } finally {
      await handle.close();
    }
    if (executable) await chmod(target, 0o755);
  }
  if (rest.length > 0 || !(await chunks.next()).done) throw new CheckpointError('it has more bytes than its files');
  return name;
}

function parseContents(line: string): Contents {
  const wrong = (what: string): never => {
    throw new CheckpointError(`its list of files has ${what}`);
  };
  const data = jsonIn(line);
  if (!isRecord(data)) return wrong('a form other than a JSON object');
  const { name, files, empty } = data;
  if (!isPart(name)) return wrong('a name that no file can have');
  if (!isListOf(files, isFile) || !isListOf(empty, isPath)) return wrong('a path that leaves the directory, or a wrong field');
  const paths = [...files.map(({ path }) => path), ...empty];
  if (new Set(paths).size < paths.length) return wrong('the same path twice');
  if (paths.includes('') && paths.length > 1) return wrong('a file that is also a directory');
  return { name, files, empty };
}

const isListOf = <T>(data: unknown, is: (one: unknown) => one is T): data is readonly T[] => Array.isArray(data) && data.every(is);

const isFile = (data: unknown): data is SavedFile =>
  isRecord(data) &&
  (data.path === '' || isPath(data.path)) &&
  Number.isSafeInteger(data.size) &&
  Number(data.size) >= 0 &&
  (data.executable === undefined || data.executable === true);

/** Whether a path stays below the directory that it is relative to. */
const isPath = (data: unknown): data is string => typeof data === 'string' && data.split('/').every(isPart);

/** Whether a text is the name of one file on every system, and does not lead upwards. */
const isPart = (data: unknown): data is string =>
  typeof data === 'string' && data.length > 0 && data.length <= 255 && !/^\.{1,2}$|[\\/\p{Cc}]/u.test(data);
