import { createReadStream, existsSync } from 'node:fs';
import { realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { leftoversOf } from '../../streams/log/continued.ts';
import { createJournal, linesOf } from '../../streams/log/createJournal.ts';
import { JournalError, JournalLockedError } from '../../streams/log/errors.ts';
import { checkUnlocked, lock } from '../../streams/log/lock.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { checkEntries, type StudyPlace } from '../study/place.ts';
import { UsageError } from '../text/usage.ts';
import { eachEntry, sizeOf } from './branch.ts';
import { createdIn } from './journalFile.ts';
import { journalsIn } from './journalFolder.ts';
import { journalSource } from './journalSource.ts';
import { makeFolder } from './makeFolder.ts';

const ENDING = '.jsonl';

/** Why a folder cannot be read, by the code of the error. */
const whyUnread: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'it is a file, and a folder with journals is expected here',
};

/** The journals in a folder. A study goes by the name of its file. @param warn gets messages about lines that cannot be read */
export function folderPlace(folder: string, warn?: (message: string) => void): StudyPlace {
  const pathOf = (name: string) => {
    if (/[/\\]|^\.{0,2}$/.test(name)) throw new UsageError(`expected a name that can be a file name, got ${JSON.stringify(name)}`);
    return join(folder, `${name}${ENDING}`);
  };
  const write = async (name: string, lines: AsyncIterable<Uint8Array>) => {
    const path = pathOf(name);
    makeFolder(folder);
    await createJournal(path, lines).catch((error) => {
      if (error instanceof JournalError && existsSync(path)) throw new UsageError(error.message);
      throw error;
    });
  };
  const names = async () => {
    const paths = await journalsIn(folder).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError(`${folder}: cannot be read: ${whyUnread[cause.code ?? ''] ?? cause.message}`);
    });
    return paths.map((path) => basename(path, ENDING)).sort();
  };
  return {
    place: folder,
    form: 'journal',
    names,
    list: async () => (await names()).map((study) => ({ study, isRun: false })),
    open: async (name) => {
      const path = pathOf(name);
      await createdIn(path);
      return journalSource(path, warn);
    },
    create: async (name, data) => {
      const { remoteStudy } = await import('../studyFile/remoteStudy.ts'); // readers need no study files
      const { space, strategy, options } = remoteStudy(name, data);
      const created = createdOf(space, strategy, options);
      await write(name, linesOf(twice(created)));
      return undefined;
    },
    busy: async (name) => {
      const path = await realpath(pathOf(name));
      const refusal = refusalOf(() => checkUnlocked(path));
      return typeof refusal === 'string' ? refusal : undefined;
    },
    delete: async (name, entries) => {
      const path = pathOf(name);
      await createdIn(path);
      const real = await realpath(path);
      const unlock = refusalOf(() => lock(real));
      if (typeof unlock === 'string') throw new UsageError(`${path}: ${unlock}; stop it, then delete the study`);
      try {
        if (entries !== undefined) checkEntries(name, entries, (await sizeOf(eachEntry(journalSource(path).past(1)))).entries);
        for (const other of await leftoversOf(real)) await rm(other);
        await rm(path);
      } finally {
        unlock();
      }
    },
    replicas: async () => undefined,
    checkpoints: async () => undefined,
    lines: (name) => rawLines(pathOf(name)),
    restore: (name, _, lines) => write(name, lines),
    begin: (name, _, entries) => write(name, linesOf(entries)),
  };
}

/** Written twice, so that damage cannot destroy it. */
async function* twice(fact: object) {
  for (const position of [1, 2]) yield { position, at: Date.now(), fact };
}

/** The result of an action under a lock, or the reason why the lock is held. */
function refusalOf<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    if (error instanceof JournalLockedError) return `process ${error.pid} runs it`;
    throw error;
  }
}

/** The whole lines of a file as they are, without line feeds. A last line without one is left out. @throws UsageError if the file cannot be read. */
export async function* rawLines(path: string): AsyncGenerator<Uint8Array> {
  let rest: Buffer[] = [];
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
        const line = piece.subarray(start, end);
        yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
        rest = [];
        start = end + 1;
      }
      if (start < piece.length) rest.push(piece.subarray(start));
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new UsageError(`${path}: cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
