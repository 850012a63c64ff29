import { readFileSync, statSync } from 'node:fs';
import { type MetricRow, metricRows } from './metricRows.ts';

/** A file that a program writes its metrics into. */
export interface MetricFile {
  /** Takes the rows that are new since the last look. */
  look(): void;
  /** The program has ended: takes what is left. */
  end(): void;
}

/** Bytes up to which a file is read. */
const LIMIT = 16 * 1024 * 1024;

/**
 * Rows that are in the file before the program starts, such as those of an earlier attempt, do not count. A program may append to the file or
 * write all of it again.
 *
 * @param take takes each row of this run once.
 * @param warn called once if the file cannot be read.
 */
export function metricFile(path: string, take: (row: MetricRow) => void, warn: (message: string) => void): MetricFile {
  const read = reading(path, warn);
  const start = read();
  let state = start;
  let taken = 0;
  const takeFrom = (first: number) => {
    for (const row of state.rows.slice(first)) {
      take(row);
      taken++;
    }
  };
  const look = () => {
    const before = state;
    const now = read(before);
    if (now === before) return;
    const common = commonRows(before.rows, now.rows);
    // Some of the rows that were taken, and no other: the file is being written again.
    if (taken > 0 && common === now.rows.length && common < before.rows.length) return;
    state = now;
    takeFrom(common);
  };
  return {
    look,
    end: () => {
      look();
      if (taken === 0 && state.version !== start.version) takeFrom(0); // it wrote what an earlier attempt had written
    },
  };
}

interface Contents {
  /** Differs after each change of the file; undefined if there is no file. */
  readonly version: string | undefined;
  readonly rows: readonly MetricRow[];
}

const EMPTY: Contents = { version: undefined, rows: [] };

/** A function that reads the file unless it is unchanged. */
function reading(path: string, warn: (message: string) => void): (before?: Contents) => Contents {
  let said = false;
  const once = (message: string) => {
    if (!said) warn(`${path}: ${message}`);
    said = true;
  };
  return (before = EMPTY) => {
    try {
      const { ino, size, mtimeMs } = statSync(path);
      const version = `${ino} ${size} ${mtimeMs}`;
      if (version === before.version) return before;
      if (size <= LIMIT) return { version, rows: metricRows(readFileSync(path, 'utf8')) };
      once('it is larger than 16 MiB, and no longer read');
      return before;
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return EMPTY;
      once(`it cannot be read: ${message}`);
      return before;
    }
  };
}

/** How many rows at the beginning are the same. */
function commonRows(before: readonly MetricRow[], after: readonly MetricRow[]): number {
  const first = after.findIndex(({ line }, i) => line !== before[i]?.line);
  return first === -1 ? after.length : first;
}
