import { closeSync, openSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type KnownPart, NO_CONTENTS, readRows } from './growingFile.ts';
import type { MetricRow } from './metricRows.ts';

/** A file to which a program writes its metrics. */
export interface MetricFile {
  /** Reads the rows that are new since the last check. */
  poll(): void;
  /** The program has ended: reads the remaining rows. */
  end(): void;
}

/**
 * Rows that are in the file before the program starts, such as those of an earlier attempt, do not count. A program may append to the file or rewrite
 * it. Each check reads what was appended to a table or to JSON lines; a single object is read as a whole.
 *
 * @param take called once with each row of this run.
 * @param warn called once if the file cannot be read.
 */
export function metricFile(path: string, take: (row: MetricRow) => void, warn: (message: string) => void): MetricFile {
  let contents: KnownPart = NO_CONTENTS;
  /** Differs after each change of the file; undefined if there is no file. */
  let version: string | undefined;
  /** A checksum of each row. */
  let sums: number[] = [];
  let taken = 0;
  let warned = false;
  const once = (message: string) => {
    if (!warned) warn(`${path}: ${message}`);
    warned = true;
  };
  const forget = () => {
    [contents, version, sums] = [NO_CONTENTS, undefined, []];
  };

  /** Compares rows with those of the last check, from the position at which the file may have changed. */
  const compare = (first: number, takeRow: (row: MetricRow) => void) => {
    let count = first;
    let known = true;
    const see = (row: MetricRow) => {
      const sum = crc32(row.line);
      if (known && sums[count] !== sum) {
        known = false;
        sums.length = count;
      }
      if (!known) {
        sums.push(sum);
        takeRow(row);
      }
      count++;
    };
    /** A part of the rows that were read, and no others: the file is being rewritten. */
    const isUnfinished = () => known && taken > 0 && count < sums.length;
    const settle = () => {
      sums.length = count;
    };
    return { see, isUnfinished, settle };
  };

  const read = (takeRow: (row: MetricRow) => void) => {
    let file: number | undefined;
    try {
      const { ino, size, mtimeMs } = statSync(path);
      const now = `${ino} ${size} ${mtimeMs}`;
      if (now === version) return;
      file = openSync(path, 'r');
      const reading = readRows(file, size, contents);
      const { see, isUnfinished, settle } = compare(reading.first, takeRow);
      const next = reading.each(see);
      if (isUnfinished()) return;
      settle();
      [contents, version] = [next, now];
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' && taken === 0) forget();
      if (code !== 'ENOENT') once(code === undefined ? message : `it cannot be read: ${message}`);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  };
  const takeRow = (row: MetricRow) => {
    taken++;
    take(row);
  };

  read(() => {});
  const before = version;
  return {
    poll: () => read(takeRow),
    end: () => {
      read(takeRow);
      if (taken > 0 || version === before) return;
      forget(); // it wrote the same rows as an earlier attempt
      read(takeRow);
    },
  };
}
