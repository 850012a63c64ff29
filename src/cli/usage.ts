/** The command line, or what it names, cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const known: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  EACCES: 'permission denied',
  ENOSPC: 'the disk is full',
  EFBIG: 'the file would be too large',
  EROFS: 'the file system is read-only',
};

/** What the file system said about a path, as an error of the command line. */
export function fileError(path: string, what: string, cause: unknown): UsageError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new UsageError(`${path}: ${what}: ${known[code] ?? message}`);
}
