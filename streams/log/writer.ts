import { writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** Milliseconds between a write and its flush to the disk with `interval`. */
const INTERVAL = 1000;

/** Up to so many bytes are written synchronously: another thread costs seven times as much as the write, and more under load. */
const SMALL_BYTES = 64 * 1024;

/** Writes at the end of a file, all or nothing. */
export interface Writer {
  /** Whether the file may end with a part of a line, which is removed before the next write. */
  readonly torn: boolean;
  /** Rejects with the error of the file system; then the file is as before, or will be restored before the next write. */
  write(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param size bytes of the file that are stored.
 * @param warn called if the disk did not accept a flush.
 */
export function writer(file: FileHandle, size: number, fsync: 'always' | 'interval' | 'never', warn: (cause: unknown) => void): Writer {
  let torn = false;
  let timer: NodeJS.Timeout | undefined;
  const cut = async () => {
    await file.truncate(size);
    torn = false;
  };
  const sync = async () => {
    timer = undefined;
    await file.datasync().catch(warn);
  };
  return {
    get torn() {
      return torn;
    },
    async write(bytes) {
      if (torn) await cut();
      torn = true;
      try {
        for (let done = 0; done < bytes.length; ) done += await writeTo(file, bytes, done);
        if (fsync === 'always') await file.datasync();
      } catch (cause) {
        await cut().catch(() => {}); // tried again before the next write
        throw cause;
      }
      torn = false;
      size += bytes.length;
      if (fsync === 'interval') timer ??= setTimeout(sync, INTERVAL).unref();
    },
    async close() {
      clearTimeout(timer);
      if (torn) await cut().catch(warn);
      if (fsync !== 'never') await file.datasync().catch(warn);
      await file.close();
    },
  };
}

/** @returns how many bytes were written. */
const writeTo = async (file: FileHandle, bytes: Buffer, from: number): Promise<number> =>
  bytes.length <= SMALL_BYTES ? writeSync(file.fd, bytes, from) : (await file.write(bytes, from)).bytesWritten;
