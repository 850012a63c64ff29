import { fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../../src/facts/entry.ts';
import { isRecord } from '../../src/schema/json.ts';
import { continuedIn, continuedText } from './continued.ts';
import { mendEnd } from './end.ts';
import { JournalError } from './errors.ts';
import { checkIsFile, realPathOf, syncDirectory } from './files.ts';
import { follow, waker } from './follow.ts';
import { decodedEntry, type EncodedFact, encodeFact, type LineDecoder, lineDecoder, objectOf } from './journalCodec.ts';
import { type LineIndex, readBlock } from './lineIndex.ts';
import { lock } from './lock.ts';
import { type AuthoredLog, LogClosedError } from './log.ts';
import { loss, rescue } from './rescue.ts';
import { sealLines } from './seal.ts';
import { type Writer, writer } from './writer.ts';

/** How many of the last facts are kept, so that readers who keep up need no file. They are kept as text, which costs the collector of garbage least. */
const FACTS_KEPT = 512;

/**
 * Milliseconds for which what readers append to an entry is written in the same turn: a study that decides several trials then needs one turn for all.
 * After that, timers and signals have their turn.
 */
const TURN_MS = 10;

export interface JournalOptions {
  /**
   * When written data are forced to the disk. A killed process loses nothing that was stored, with any of these; a power cut may.
   * - `always`: before an append resolves as stored. Loses nothing; an append takes as long as the disk does.
   * - `interval` (the default): at most one second later. A power cut may take the last second.
   * - `never`: when the system sees fit, often half a minute later.
   */
  readonly fsync?: 'always' | 'interval' | 'never' | undefined;
  /** Called with a line about what was repaired when the journal was opened, what is damaged, and what could not be forced to the disk. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
}

/** A log in a file. */
export interface Journal extends AuthoredLog {
  /** Where it is. If the file was removed, replaced or truncated while it was open, this is the new file with what is left. */
  readonly place: () => string;
  /** How many damaged lines were read since it was opened. */
  readonly damaged: () => number;
}

/**
 * A log in a file: a line of JSON for each fact, with its time `at`, the fact's own fields and a checksum `sum`; its position is the number of the line.
 * The first fact of a study, `created`, is written twice. The file is created if it does not exist. The process may be killed at any byte. The next
 * opening deletes nothing: what it does not understand behind the last line feed goes to `study.jsonl.torn`, and the lines in that are appended again.
 * A damaged line keeps its position and reads as an entry whose fact is its raw text. Both give a warning.
 *
 * `"sum":"17.9f3c2a1b.0c1d2e3f"` is the position of the line, the checksum of the line before it, and its own: CRC-32 of the bytes before these
 * last eight digits. Lines of older journals have no `sum`. `repairJournal` copies what can be read of a damaged journal.
 *
 * One process writes at a time. A lock file next to the journal (`study.jsonl.lock`) ensures that; it is taken over when its process is gone. Others
 * read with `readJournal`. If the file is removed, replaced or truncated, the next write detects it: with a warning, the study continues in a second
 * file (`study.jsonl.1`), which holds what is left of the first. Appends during a write go to the file together in the next write.
 *
 * @throws JournalLockedError if another process or log is writing it, JournalError if it cannot be opened, is not empty although no entry can be read
 * in it, or has fewer entries than a file next to it in which its study continued.
 *
 * @example
 * const log = await openJournal('study.jsonl', { fsync: 'always' });
 * await log.append({ type: 'enqueued', params: { lr: 0.1 } });
 * await log.close();
 */
export async function openJournal(path: string, options: JournalOptions = {}): Promise<Journal> {
  const { fsync = 'interval', warn = console.warn, clock = Date.now } = options;
  await checkIsFile(path);
  const real = await realPathOf(path);
  const unlock = lock(real);
  let file: FileHandle | undefined;
  try {
    const continued = await continuedIn(real);
    if (continued) throw new JournalError(path, continuedText(continued));
    file = await open(real, 'a+');
    const end = await mendEnd(real, file, (what) => warn(`${path}: ${what}`));
    if (end.index.bytes === 0 && fsync !== 'never') await syncDirectory(dirname(real));
    return opened({ path, real, file, ...end, fsync, unlock, warn, clock });
  } catch (cause) {
    unlock();
    await file?.close();
    throw cause instanceof JournalError ? cause : new JournalError(path, 'cannot open the journal', cause);
  }
}

/** An append that is on its way. */
interface Append {
  /** What its lines hold. */
  readonly facts: readonly EncodedFact[];
  readonly stored: (outcome: 'stored') => void;
  readonly refused: (cause: unknown) => void;
}

/** An open journal: its path, and which file that was. */
interface Opened extends Required<{ [K in keyof JournalOptions]: NonNullable<JournalOptions[K]> }> {
  readonly path: string;
  readonly real: string;
  readonly file: FileHandle;
  readonly index: LineIndex;
  /** The checksum of its last line. */
  readonly last: string;
  readonly unlock: () => void;
}

function opened({ path, real, fsync, unlock, warn, clock, ...first }: Opened): Journal {
  let { file, index, last } = first;
  let place = path;
  let mine = fstatSync(file.fd);
  const unforced = (cause: unknown) => warn(new JournalError(place, 'cannot flush it to disk', cause).message);
  let out: Writer = writer(file, index.bytes, fsync, unforced);
  const news = waker();
  const known = new Set<number>();
  let recent: EncodedFact[] = [];
  /** The entries that were read last: other readers that keep up get them too. */
  let decoded: { readonly from: number; readonly upTo: number; readonly entries: readonly Entry[] } | undefined;
  let queue: Append[] = [];
  let writing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const damaged = (position: number, what: string) => {
    if (!known.has(position)) warn(`${path}:${position}: ${what}`);
    known.add(position);
  };
  const decoder = lineDecoder(damaged);
  const remember = (fact: EncodedFact, line: Buffer) => {
    index.add(line.length);
    recent.push(fact);
    if (recent.length >= 2 * FACTS_KEPT) recent = recent.slice(-FACTS_KEPT);
  };
  /** Encoded and decoded, so that a live fact equals the one that is read from the file later. */
  const batch = (from: number) => {
    const upTo = index.entries;
    const first = upTo - recent.length + 1;
    if (from < first) return readFrom(place, index, from, decoder);
    if (decoded?.from !== from || decoded.upTo !== upTo)
      decoded = { from, upTo, entries: recent.slice(from - first).map((fact, i) => decodedEntry(fact, from + i)) };
    return decoded.entries;
  };
  /** Continues in another file if this one is no longer at the path of the journal. */
  const keep = async () => {
    const what = out.torn ? undefined : loss(place === path ? real : place, mine, index.bytes);
    if (what === undefined) return;
    const rescued = await rescue(real, file, index, recent.map(objectOf));
    const left = rescued.missing > 0 ? `; ${rescued.missing} entries are lost` : '';
    warn(`${place} ${what} while the study was running: it continues in ${rescued.path}, which has what is left of it${left}`);
    await out.close();
    ({ path: place, file, index, last } = rescued);
    mine = fstatSync(file.fd);
    out = writer(file, index.bytes, fsync, unforced);
  };
  const writeQueue = async () => {
    await new Promise(setImmediate); // includes what is appended in this turn
    const since = performance.now();
    while (queue.length > 0) {
      const appends = queue;
      queue = [];
      try {
        await keep();
        const facts = appends.flatMap((append) => append.facts);
        const sealed = sealLines(facts.map(objectOf), index.entries, last);
        await out.write(Buffer.concat(sealed.lines));
        last = sealed.last;
        for (let i = 0; i < facts.length; i++) remember(facts[i]!, sealed.lines[i]!);
      } catch (cause) {
        const error = new JournalError(path, 'could not append', cause);
        // And what was appended meanwhile: if it were stored, it would stand before what its author appends again.
        for (const { refused } of [...appends, ...queue.splice(0)]) refused(error);
        continue;
      }
      for (const { stored } of appends) stored('stored');
      news.wake();
      if (performance.now() - since < TURN_MS) await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    writing = undefined;
  };
  const finish = async () => {
    await writing;
    if (index.entries > 0) await keep().catch((cause) => warn(new JournalError(place, 'could not write its index', cause).message));
    await out.close();
    unlock();
    news.wake();
  };
  return {
    read: (from = 1, signal) =>
      follow({ news, batch, head: () => index.entries, closed: () => closing !== undefined && writing === undefined }, from, signal),
    head: async () => index.entries,
    place: () => place,
    damaged: () => known.size,
    append: (fact, author) =>
      new Promise((stored, refused) => {
        if (closing) throw new LogClosedError();
        const encoded = encode(path, clock(), fact, author);
        const isFirst = index.entries === 0 && queue.length === 0 && isRecord(fact) && fact.type === 'created';
        queue.push({ facts: isFirst ? [encoded, encoded] : [encoded], stored, refused });
        writing ??= writeQueue();
      }),
    close: () => {
      closing ??= finish();
      return closing;
    },
  };
}

function encode(path: string, at: number, fact: unknown, author: string | undefined): EncodedFact {
  try {
    return encodeFact(at, fact, author);
  } catch (cause) {
    throw new JournalError(path, 'could not append', cause);
  }
}

async function readFrom(path: string, index: LineIndex, from: number, decoder: LineDecoder): Promise<Entry[]> {
  try {
    const file = await open(path);
    try {
      return await readBlock(file, index, from, decoder);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new JournalError(path, 'cannot be read', cause);
  }
}
