import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a folder to which programs may be writing, with times, and with links as they are. Existing files stay.
 *
 * @returns what was left out: files that vanished meanwhile, files without data, such as pipes and sockets, and files that existed already.
 */
export async function copyFiles(from: string, to: string): Promise<string[]> {
  const stats = await lstat(from);
  const isHere = await lstat(to).then(
    (there) => there.isDirectory(),
    () => undefined,
  );
  if (isHere !== undefined && !(isHere && stats.isDirectory())) return [from];
  if (stats.isSymbolicLink()) {
    await symlink(await readlink(from), to);
    return [];
  }
  if (!stats.isDirectory() && !stats.isFile()) return [from];
  const leftOut: string[] = [];
  if (stats.isFile()) await copyFile(from, to);
  else {
    if (!isHere) await mkdir(to);
    for (const name of await readdir(from))
      leftOut.push(...(await copyFiles(join(from, name), join(to, name)).catch(vanished(from, name))));
  }
  await chmod(to, stats.mode);
  await utimes(to, stats.atime, stats.mtime);
  return leftOut;
}

const vanished = (folder: string, name: string) => (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'ENOENT') throw cause;
  return [join(folder, name)];
};
