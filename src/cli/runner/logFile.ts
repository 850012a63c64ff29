import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a program prints, for people. */
export interface LogFile {
  write(bytes: Buffer): void;
  close(): void;
}

const MiB = 2 ** 20;
/** Bytes at the beginning and at the end of the output that are kept, and the length at which what is between them is removed. */
const LIMITS = { beginning: 16 * MiB, end: 16 * MiB, longest: 64 * MiB };

/**
 * Writes at once, so that what was printed is there when the trial ends, and a fast program waits for the disk. Of a very long output, the
 * beginning and the end are kept.
 */
export function openLog(path: string, warn: (message: string) => void = () => {}, { beginning, end, longest } = LIMITS): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  let usable = true;
  let { size } = fstatSync(file); // it may be there from before
  let removed = 0;
  const append = (bytes: Buffer) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    size += bytes.length;
  };
  /** Removes what is between the beginning and the end. */
  const shorten = () => {
    const last = Buffer.allocUnsafe(end);
    const length = readSync(file, last, 0, end, size - end);
    if (removed === 0) warn(`${path}: the output is longer than ${longest / MiB} MiB: only its beginning and its end are kept`);
    removed += size - beginning - length;
    ftruncateSync(file, beginning);
    size = beginning;
    append(Buffer.from(`\n[hypertide: ${removed} bytes of output are left out here]\n`));
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
