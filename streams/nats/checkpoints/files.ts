import type { FileHandle } from 'node:fs/promises';
import { chmod, mkdir, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CHUNK, CheckpointError, isPart, type Manifest, type SavedFile } from './manifest.ts';

/** The files of a checkpoint on this machine. */
export type Contents = Omit<Manifest, 'chunks'>;

/**
 * The contents of a file or directory. A symbolic link to a file inside is saved as that file; links that lead outside, and anything that is not a
 * file, are left out.
 *
 * @param leftOut called with each path that is left out.
 * @throws CheckpointError if its name could not be restored.
 */
export async function contentsOf(path: string, leftOut: (path: string) => void): Promise<Contents> {
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
 * The content of files, cut into chunks. A large file begins a chunk of its own, so that its chunks are the same whatever is saved with it.
 *
 * @param pool buffers of {@link CHUNK} bytes to use again; new ones are made when it is empty.
 * @throws CheckpointError if a file changes meanwhile.
 */
export async function* chunksOf(path: string, { files }: Contents, pool: ArrayBuffer[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let buffer: ArrayBuffer | undefined;
  let held = 0;
  const whole = () => {
    const chunk = new Uint8Array(buffer!, 0, held);
    [buffer, held] = [undefined, 0];
    return chunk;
  };
  for (const file of files) {
    const isLarge = file.size >= CHUNK;
    if (isLarge && held > 0) yield whole();
    const handle = await open(file.path === '' ? path : join(path, file.path));
    try {
      for (let at = 0; at < file.size; ) {
        buffer ??= pool.pop() ?? new ArrayBuffer(CHUNK);
        const part = new Uint8Array(buffer, held, Math.min(CHUNK - held, file.size - at));
        await fill(handle, part, at, file.path);
        held += part.length;
        at += part.length;
        if (held === CHUNK) yield whole();
      }
    } finally {
      await handle.close();
    }
    if (isLarge && held > 0) yield whole();
  }
  if (held > 0) yield whole();
}

async function fill(handle: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new CheckpointError(`${path} became shorter while it was being saved`);
    done += bytesRead;
  }
}

/**
 * Writes the files of a checkpoint into a new directory. The directory is new, so no link in it leads elsewhere.
 *
 * @param manifest parsed, so that its paths stay in the directory.
 * @param chunks the content of its chunks, in order.
 */
export async function writeFiles(directory: string, { name, files, empty }: Contents, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const root = join(directory, name);
  const isAlone = files.length === 1 && files[0]!.path === '';
  if (!isAlone) await mkdir(root, { recursive: true });
  for (const path of empty) await mkdir(join(root, path), { recursive: true });
  const content = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  for (const { path, size, executable } of files) {
    const target = path === '' ? root : join(root, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true });
    const handle = await open(target, 'wx');
    try {
      for (let left = size; left > 0; ) {
        if (rest.length === 0) rest = (await content.next()).value;
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
  await content.return?.(undefined);
}
