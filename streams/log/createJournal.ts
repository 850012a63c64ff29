import { Buffer } from 'node:buffer';
import { open, realpath, rm } from 'node:fs/promises';
import type { Entry } from '../../src/facts/entry.ts';
import { isRecord } from '../../src/schema/isRecord.ts';
import { JournalError } from './errors.ts';
import { encodeFact } from './journalCodec.ts';
import { lock } from './lock.ts';
import { NONE, sealLines } from './seal.ts';

/** Bytes that are written at once. */
const PIECE = 2 ** 20;

/**
 * Writes a new journal from whole lines, without their line feeds, and forces it to the disk. On an error there is no journal.
 *
 * @throws JournalError if there is a file of this name; what the lines throw.
 */
export async function createJournal(path: string, lines: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx').catch((cause: NodeJS.ErrnoException) => {
    throw new JournalError(path, cause.code === 'EEXIST' ? 'there is a file of this name' : 'cannot create the journal', cause);
  });
  let unlock = () => {};
  try {
    unlock = lock(await realpath(path));
    let pieces: Uint8Array[] = [];
    let bytes = 0;
    const flush = async () => {
      await file.appendFile(Buffer.concat(pieces));
      [pieces, bytes] = [[], 0];
    };
    for await (const line of lines) {
      pieces.push(line, LINE_FEED);
      bytes += line.length + 1;
      if (bytes >= PIECE) await flush();
    }
    await flush();
    await file.sync();
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  } finally {
    await file.close();
    unlock();
  }
}

const LINE_FEED = Buffer.from('\n');

/** Entries as the lines of a journal, with their times. */
export async function* linesOf(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  let last = NONE;
  for await (const { position, at, fact } of entries) {
    const { at: _, sum: __, ...fields } = isRecord(fact) ? fact : {};
    const sealed = sealLines([encodeFact(at, fields)], position - 1, last);
    last = sealed.last;
    yield sealed.lines[0]!.subarray(0, -1);
  }
}
