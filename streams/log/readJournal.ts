import type { Entry } from '../../src/facts/entry.ts';
import { openToRead, unreadable } from './files.ts';
import { type Waker, waker } from './follow.ts';
import { lineDecoder } from './journalCodec.ts';
import { wholeLinesIn } from './journalLines.ts';
import { extend, LineIndex, readBlock, readBytes } from './lineIndex.ts';

/** Milliseconds between two checks of a file that is followed. */
const CHECK_EVERY = 250;

export interface ReadJournalOptions {
  /** The first position to read; 1 if not given. */
  readonly from?: number | undefined;
  /** Whether to wait for new entries until the signal aborts. Otherwise reading stops at the end of the file. */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Wakes a reader that waits for new entries before it looks at the file again. */
  readonly news?: Pick<Waker, 'wake' | 'woken'> | undefined;
  /** Called with a warning for each damaged line. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Reads a journal that another process may be writing, and changes nothing about it. An incomplete last line is not read yet; a complete one counts
 * without its line feed, as do several.
 *
 * @throws JournalError if the file cannot be read or has become shorter.
 */
export async function* readJournal(
  path: string,
  { from = 1, follow = false, signal, news = waker(), warn = console.warn }: ReadJournalOptions = {},
): AsyncGenerator<readonly Entry[], void> {
  const fail = unreadable(path);
  const decode = lineDecoder((position, what) => warn(`${path}:${position}: ${what}`));
  const file = await openToRead(path);
  const index = new LineIndex();
  try {
    for (let next = from, before = 0; !signal?.aborted; ) {
      const rest = await extend(index, file).catch(fail);
      while (next <= index.entries && !signal?.aborted) {
        const entries = await readBlock(file, index, next, decode).catch(fail);
        next += entries.length;
        yield entries;
      }
      if (rest > 0 && rest !== before && !signal?.aborted) {
        const lines = wholeLinesIn(await readBytes(file, index.bytes, rest).catch(fail));
        if (lines.length > 1) warn(`${path}: the last ${lines.length} entries lack their line feeds; all count`);
        const entries = lines.flatMap((line, i) => decode(line, index.entries + 1 + i)).filter(({ position }) => position >= next);
        next += entries.length;
        if (entries.length > 0) yield entries;
      }
      before = rest;
      if (!follow) return;
      const timer = setTimeout(news.wake, CHECK_EVERY);
      await news.woken(signal);
      clearTimeout(timer);
    }
  } finally {
    await file.close();
  }
}
