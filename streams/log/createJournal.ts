import { Buffer } from 'node:buffer';
import { lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Entry } from '../../src/facts/entry.ts';
import { isRecord } from '../../src/schema/json.ts';
import { JournalError } from './errors.ts';
import { syncDirectory } from './files.ts';
import { encodeFact, objectOf } from './journalCodec.ts';
import { lock } from './lock.ts';
import { NONE, sealLines } from './seal.ts';

/** Bytes that are written at once. */
const PIECE_BYTES = 2 ** 20;

/**
 * Writes a new journal from whole lines, without their line feeds, and forces it to the disk. On an error, or if the process is killed, there is no journal.
 *
 * @throws JournalError if a file with this name exists already; what the lines throw.
 */
export async function createJournal(path: string, lines: AsyncIterable<Uint8Array>): Promise<void> {
  const real = join(await realpath(dirname(path)).catch(failed(path)), basename(path));
  await refuseIfThere(path, real);
  const unlock = lock(real);
  try {
    await write(path, real, lines);
  } finally {
    unlock();
  }
}

const failed = (path: string) => (cause: Error) => {
  throw new JournalError(path, 'cannot create the journal', cause);
};

/** Under another name first: a file with the final name is complete, even if the process is killed. */
async function write(path: string, real: string, lines: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${real}.part`;
  const file = await open(part, 'w').catch(failed(path));
  try {
    let pieces: Uint8Array[] = [];
    let bytes = 0;
    const flush = async () => {
      await file.appendFile(Buffer.concat(pieces)).catch(failed(path));
      [pieces, bytes] = [[], 0];
    };
    for await (const line of lines) {
      pieces.push(line, LINE_FEED);
      bytes += line.length + 1;
      if (bytes >= PIECE_BYTES) await flush();
    }
    await flush();
    await file.sync().catch(failed(path));
    await refuseIfThere(path, real);
    await rename(part, real);
    await syncDirectory(dirname(real));
  } finally {
    await file.close();
    await rm(part, { force: true });
  }
}

async function refuseIfThere(path: string, real: string): Promise<void> {
  const found = await lstat(real).catch(() => undefined);
  if (found) throw new JournalError(path, 'a file with this name exists already');
}

const LINE_FEED = Buffer.from('\n');

/** JSON objects as the lines of a new journal. */
export async function* sealed(objects: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let [position, previous] = [0, NONE];
  for await (const object of objects) {
    const { lines, last } = sealLines([object], position++, previous);
    previous = last;
    yield lines[0]!.subarray(0, -1);
  }
}

/** Entries as the lines of a new journal, with their times and authors. */
export const linesOf = (entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> => sealed(objectsOf(entries));

async function* objectsOf(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  for await (const { at, fact, author } of entries) {
    const { at: _, sum: __, author: ___, ...fields } = isRecord(fact) ? fact : {}; // on a server, a trainer may send such fields
    yield objectOf(encodeFact(at, fields, author));
  }
}
