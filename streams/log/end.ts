import { Buffer } from 'node:buffer';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JournalError } from './errors.ts';
import { openToRead, syncDirectory } from './files.ts';
import { sealedLinesIn, wholeLinesIn } from './journalLines.ts';
import { extend, LineIndex, lineAt, readBytes } from './lineIndex.ts';
import { checksumOf, NONE } from './seal.ts';

/** The file next to a journal that has the bytes that opening it did not understand. */
export const tornOf = (path: string): string => `${path}.torn`;

/** The end of a journal. */
export interface MendedEnd {
  readonly index: LineIndex;
  /** The checksum of the last line. */
  readonly last: string;
}

/**
 * Makes a journal end with a whole line, without deleting anything: what follows the last line feed is set aside, and the lines in it are appended.
 *
 * @param path without symbolic links.
 * @param file open for appending.
 * @throws JournalError if the file is not empty, and nothing in it can be read: it never becomes a new study.
 */
export async function mendEnd(path: string, file: FileHandle, warn: (what: string) => void): Promise<MendedEnd> {
  const index = new LineIndex();
  const rest = await extend(index, file);
  const bytes = await readBytes(file, index.bytes, rest);
  const lines = rest > 0 ? wholeLinesIn(bytes) : [];
  if (lines.length === 1 && lines[0]!.length === rest) {
    await file.appendFile(LINE_FEED);
    index.add(rest + 1);
    warn('the last line lacked its line feed, which was added');
    return { index, last: await lastOf(file, index) };
  }
  if (rest > 0 && index.entries === 0 && lines.length === 0)
    throw new JournalError(
      path,
      `expected a journal, but there is no entry in its ${rest} bytes; to begin a study here, move the file away`,
    );
  if (rest > 0) {
    await setAside(path, bytes);
    await file.truncate(index.bytes);
    await append(file, index, lines);
    await file.datasync();
    const found =
      lines.length === 0 ? '' : `; ${lines.length === 1 ? 'the entry in it was' : `the ${lines.length} entries in it were`} appended again`;
    warn(`the last line was torn: what followed the last line feed, ${rest} bytes, is in ${tornOf(path)} now${found}`);
  }
  const last = await lastOf(file, index);
  const more = index.entries > 0 ? await continuation(path, index.entries, last) : [];
  if (more.length === 0) return { index, last };
  await append(file, index, more);
  await file.datasync();
  warn(`${more.length === 1 ? '1 entry' : `${more.length} entries`} of ${tornOf(path)} belong at its end, and were appended`);
  return { index, last: checksumOf(more.at(-1)!) };
}

const LINE_FEED = Buffer.from('\n');

async function append(file: FileHandle, index: LineIndex, lines: readonly Buffer[]): Promise<void> {
  await file.appendFile(Buffer.concat(lines.flatMap((line) => [line, LINE_FEED])));
  for (const line of lines) index.add(line.length + 1);
}

/** The checksum of the last line. */
export async function lastOf(file: FileHandle, index: LineIndex): Promise<string> {
  const line = await lineAt(file, index, index.entries);
  return line ? checksumOf(line) : NONE;
}

/** The position of the last entry of a journal, and the checksum of its line. */
export async function lastEntryOf(path: string): Promise<{ readonly position: number; readonly last: string }> {
  const file = await openToRead(path);
  try {
    const index = new LineIndex();
    await extend(index, file);
    return { position: index.entries, last: await lastOf(file, index) };
  } finally {
    await file.close();
  }
}

/** Forces the bytes to the disk: they are removed from the journal afterwards. */
async function setAside(path: string, bytes: Buffer): Promise<void> {
  const file = await open(tornOf(path), 'a');
  try {
    await file.appendFile(Buffer.concat([bytes, LINE_FEED]));
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(path));
}

/** The lines that were set aside, and follow the last line by its checksum: the process was killed before it had appended them again. */
async function continuation(path: string, entries: number, last: string): Promise<readonly Buffer[]> {
  const torn = await readFile(tornOf(path)).catch(() => undefined);
  const lines: Buffer[] = [];
  for (const { bytes, seal } of torn ? sealedLinesIn(torn) : []) {
    if (seal.position !== entries + 1 || seal.previous !== last) continue;
    lines.push(bytes);
    entries++;
    last = seal.own;
  }
  return lines;
}
