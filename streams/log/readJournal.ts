import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../../src/facts/entry.ts';
import { checkIsFile } from './checkIsFile.ts';
import { JournalError } from './errors.ts';
import { lineDecoder } from './journalCodec.ts';
import { extend, LineIndex, readBlock } from './lineIndex.ts';

/** Milliseconds between two checks of a file that is followed. */
const LOOK = 250;

export interface ReadJournalOptions {
  /** The first position to read; 1 if not given. */
  readonly from?: number | undefined;
  /** Whether to wait for new entries until the signal aborts. Otherwise reading stops at the end of the file. */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with a warning for each damaged line. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Reads a journal that another process may be writing, and changes nothing about it. A last line without its line feed is not read yet.
 *
 * @throws JournalError if the file cannot be read or has become shorter.
 */
export async function* readJournal(
  path: string,
  { from = 1, follow = false, signal, warn = console.warn }: ReadJournalOptions = {},
): AsyncGenerator<readonly Entry[], void> {
  const fail = (cause: unknown) => {
    throw new JournalError(path, 'cannot read the journal', cause);
  };
  const decoder = lineDecoder((position, what) => warn(`${path}:${position}: ${what}`));
  await checkIsFile(path);
  const file = await open(path).catch(fail);
  const index = new LineIndex();
  try {
    for (let next = from; !signal?.aborted; ) {
      await extend(index, file).catch(fail);
      while (next <= index.lines && !signal?.aborted) {
        const entries = (await readBlock(file, index, next, decoder).catch(fail)) as Entry[];
        next += entries.length;
        yield entries;
      }
      if (!follow) return;
      await sleep(LOOK, undefined, signal ? { signal } : {}).catch(() => {}); // an abort ends the loop
    }
  } finally {
    await file.close();
  }
}
