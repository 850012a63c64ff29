import { type Stats, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { lastOf } from './end.ts';
import { encodeFact, objectOf } from './journalCodec.ts';
import { extend, LineIndex } from './lineIndex.ts';
import { sealLines } from './seal.ts';

/**
 * What happened to a journal while it was open; undefined if it is unchanged. Checked before each write, so synchronously: another thread would cost
 * more than the check and the write together.
 *
 * @param mine the file that is open.
 * @param size bytes that were written.
 */
export function loss(path: string, mine: Pick<Stats, 'ino' | 'dev'>, size: number): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return 'was removed';
  if (there.ino !== mine.ino || there.dev !== mine.dev) return 'was replaced by another file';
  if (there.size < size) return 'was truncated';
  return there.size > size ? 'was written to by another program' : undefined;
}

/** A file next to a journal that holds what is left of it. */
export interface Rescue {
  readonly path: string;
  readonly file: FileHandle;
  readonly index: LineIndex;
  /** The checksum of its last line. */
  readonly last: string;
  /** Entries of which only the position is left. */
  readonly missing: number;
}

/**
 * Writes what is left of a journal to a new file next to it: the lines that the open file still has, then the last entries, which are still in
 * memory. An entry that is in neither keeps its position as an object without a fact.
 *
 * @param written the number of lines, and of bytes.
 * @param recent the JSON objects of the last lines.
 */
export async function rescue(path: string, old: FileHandle, written: LineIndex, recent: readonly string[]): Promise<Rescue> {
  const { path: place, file } = await createNextTo(path);
  try {
    const whole = Math.min(written.bytes, (await old.stat()).size);
    if (whole > 0)
      for await (const piece of old.createReadStream({ start: 0, end: whole - 1, autoClose: false })) await file.appendFile(piece);
    const index = new LineIndex();
    if ((await extend(index, file)) > 0) await file.truncate(index.bytes); // the line is in memory
    const first = written.entries - recent.length;
    const left = Array.from({ length: written.entries - index.entries }, (_, i) => recent[index.entries + i - first]);
    const objects = left.map((object) => object ?? objectOf(encodeFact(0, {})));
    const sealed = sealLines(objects, index.entries, await lastOf(file, index));
    for (const line of sealed.lines) {
      await file.appendFile(line);
      index.add(line.length);
    }
    await file.datasync();
    return { path: place, file, index, last: sealed.last, missing: left.filter((object) => object === undefined).length };
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

/** Creates a file next to another one, whose name is that of the other and a number. */
async function createNextTo(path: string): Promise<{ readonly path: string; readonly file: FileHandle }> {
  for (let n = 1; ; n++) {
    const place = `${path}.${n}`;
    try {
      return { path: place, file: await open(place, 'ax+') };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
  }
}
