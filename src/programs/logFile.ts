import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The output of a program, for people. */
export interface LogFile {
  write(bytes: Buffer): void;
  close(): void;
}

const MiB = 2 ** 20;
/** Bytes kept at the beginning and at the end of the output, and the length at which the middle is removed. */
const LIMITS = { beginning: 16 * MiB, end: 16 * MiB, longest: 64 * MiB };

/**
 * Writes synchronously, so that all output is in the file when the trial ends, and a fast program waits for the disk. Of a very long output, the
 * beginning and the end are kept.
 */
export function openLog(path: string, warn: (message: string) => void = () => {}, { beginning, end, longest } = LIMITS): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  let usable = true;
  let { size } = fstatSync(file); // it may exist already
  let gap = gapIn(file, beginning);
  const append = (bytes: Buffer) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    size += bytes.length;
  };
  /** Removes the middle. */
  const shorten = () => {
    const last = Buffer.allocUnsafe(end);
    const length = readSync(file, last, 0, end, size - end);
    if (!gap) warn(`${path}: the output is longer than ${longest / MiB} MiB: only its beginning and its end are kept`);
    const removed = (gap ? gap.removed - gap.length : 0) + size - beginning - length;
    const note = Buffer.from(noteOf(removed));
    gap = { start: beginning, length: note.length, removed };
    ftruncateSync(file, beginning);
    size = beginning;
    append(note);
    append(last.subarray(0, length));
  };
  return {
    write(bytes) {
      if (!usable) return;
      try {
        append(bytes);
        if (size > longest) shorten();
      } catch (cause) {
        usable = false;
        warn(`${path}: what the program prints is no longer logged (${cause instanceof Error ? cause.message : String(cause)})`);
      }
    },
    close: () => closeSync(file),
  };
}

/** Where the middle of a very long output is left out. */
export interface Gap {
  /** The position in the file of the note about it, and the length of the note. */
  readonly start: number;
  readonly length: number;
  /** Bytes of output that are left out. */
  readonly removed: number;
}

const noteOf = (removed: number): string => `\n[hypertide: ${removed} bytes of output are left out here]\n`;
const NOTE = /^\n\[hypertide: (\d+) bytes of output are left out here\]\n/;

/** The gap in an open file; undefined if the output is complete. */
export function gapIn(file: number, beginning = LIMITS.beginning): Gap | undefined {
  const bytes = Buffer.alloc(100);
  const [note, removed] = bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, beginning)).match(NOTE) ?? [];
  return note === undefined ? undefined : { start: beginning, length: note.length, removed: Number(removed) };
}

/** The position in the file of a byte of the output; that of the note if the byte is left out. */
export function fileOffset(output: number, gap: Gap | undefined): number {
  if (!gap || output < gap.start) return output;
  return output < gap.start + gap.removed ? gap.start : output - gap.removed + gap.length;
}

/** The byte of the output at a position in the file. */
export const outputOffset = (file: number, gap: Gap | undefined): number =>
  gap && file > gap.start ? file - gap.length + gap.removed : file;
