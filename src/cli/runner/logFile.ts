import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a program prints, for people. */
export interface LogFile {
  write(bytes: Buffer): void;
  close(): void;
}

/** Writes at once, so that what was printed is there when the trial ends, and a fast program waits for the disk. */
export function openLog(path: string, warn: (message: string) => void = () => {}): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a');
  let usable = true;
  return {
    write(bytes) {
      if (!usable) return;
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      } catch (cause) {
        usable = false;
        warn(`${path}: what the program prints is no longer logged (${cause instanceof Error ? cause.message : String(cause)})`);
      }
    },
    close: () => closeSync(file),
  };
}
