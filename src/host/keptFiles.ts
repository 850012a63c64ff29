import { createReadStream } from 'node:fs';
import { lstat, mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UserError } from '../errors.ts';
import type { KeptFile } from '../server/feed/wire.ts';
import type { KeptFiles } from '../server/servedStudies.ts';
import { trialDirectory } from '../stores/trialFiles.ts';

/** The most files of a trial that are listed. */
const MOST_FILES = 200;
/** The valid names of uploaded files. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_. ()-]{0,99}$/u;

/** A file cannot be added to a trial. */
class UploadError extends UserError {
  override readonly name = 'UploadError';
  readonly code = 'bad-upload';
}

/** The output and files of the trials of a study below a directory. Links are left out, because they may lead outside. */
export function keptFiles(directory: string): KeptFiles {
  return {
    async list(trial) {
      const own = trialDirectory(directory, trial);
      const all = await readdir(own, { recursive: true, withFileTypes: true }).catch(() => []);
      const files = all.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      const found = await Promise.all(files.slice(0, 10 * MOST_FILES).map((path) => aboutFile(own, path)));
      return found
        .flatMap((file) => file ?? [])
        .sort((a, b) => Number(b.isOutput) - Number(a.isOutput) || b.at - a.at)
        .slice(0, MOST_FILES);
    },
    async open(trial, name, last) {
      const own = await realpath(trialDirectory(directory, trial)).catch(() => undefined);
      const path = own && (await realpath(join(own, name)).catch(() => undefined));
      if (own === undefined || path === undefined || path !== join(own, name) || !path.startsWith(own + sep)) return undefined;
      const about = await lstat(path);
      if (!about.isFile()) return undefined;
      return createReadStream(path, { start: last === undefined ? 0 : Math.max(0, about.size - last) });
    },
    async add(trial, name, content) {
      if (!NAME.test(name))
        throw new UploadError(`expected the name of a file, of letters, digits, "_", "-" and ".", got ${name.slice(0, 40)}`);
      const own = trialDirectory(directory, trial);
      const uploads = join(own, 'uploads');
      await mkdir(own, { recursive: true });
      await mkdir(uploads).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'EEXIST') throw cause;
      });
      if (!(await lstat(uploads)).isDirectory())
        throw new UploadError(`expected ${uploads} to be a folder, not a file or a link: rename it`);
      await writeFile(join(uploads, name), content, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
        throw cause.code === 'EEXIST' ? new UploadError(`trial ${trial} has a file ${name}: choose another name`) : cause;
      });
      return `uploads/${name}`;
    },
  };
}

async function aboutFile(own: string, path: string): Promise<KeptFile | undefined> {
  const about = await lstat(path).catch(() => undefined); // it may be gone
  const name = relative(own, path).split(sep).join('/');
  return about && { name, bytes: about.size, at: Math.round(about.mtimeMs), isOutput: /^attempt-\d+\.log$/.test(name) };
}
