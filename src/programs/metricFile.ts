import { Buffer } from 'node:buffer';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { jsonRows, type MetricRow, metricRows, tableRows } from './metricRows.ts';
import { statementOf } from './structuredLine.ts';

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

/** The longest object or line that is read, in bytes. */
const LIMIT = 16 * 1024 * 1024;
/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024;
/** Bytes at the beginning, and before the position reached, that show whether a file was only appended to. */
const MARK = 1024;

/** The state of reading a file, up to a position between two lines. */
interface KnownPart {
  /** Bytes before this position are not read again. */
  readonly position: number;
  /** Rows before it. */
  readonly rows: number;
  /** The first line of a table; undefined for JSON lines. */
  readonly head: string | undefined;
  readonly marks: readonly Buffer[];
}

const NO_CONTENTS: KnownPart = { position: 0, rows: 0, head: undefined, marks: [] };

/** The rows of a file from the position at which it may have changed. */
interface RowReading {
  /** Number of rows before that position. */
  readonly first: number;
  /** @returns the next state. @throws Error for an object or a line that is too long. */
  each(see: (row: MetricRow) => void): KnownPart;
}

/**
 * Reads the rows of a file of metrics: those that were appended since the last check, or all if the file was rewritten.
 *
 * @param size of the file, which may grow meanwhile.
 * @param before the state of the last check.
 */
function readRows(file: number, size: number, before: KnownPart): RowReading {
  const grown =
    before.position > 0 && size >= before.position && marksAt(file, before.position).every((mark, i) => mark.equals(before.marks[i]!));
  if (grown) return { first: before.rows, each: (see) => eachLine(file, size, before, see) };
  const start = textAt(file, 0, Math.min(size, LIMIT));
  const head = start.match(/^\s*\S.*\n/)?.[0];
  const each = (see: (row: MetricRow) => void): KnownPart => {
    if (/^[\s\ufeff]*\[/.test(start)) return NO_CONTENTS;
    const isTable = !/^[\s\ufeff]*\{/.test(start);
    if (head !== undefined && (isTable || statementOf(head.replace(/^\ufeff/, '').trim())))
      return eachLine(file, size, { ...NO_CONTENTS, head: isTable ? head : undefined }, see);
    if (size > LIMIT) throw new Error('it is neither a table nor JSON lines, and larger than 16 MiB: it is not read');
    metricRows(start).forEach(see);
    return NO_CONTENTS;
  };
  return { first: 0, each };
}

/** Reads lines from a position. */
function eachLine(
  file: number,
  size: number,
  { position: start, rows: before, head }: KnownPart,
  see: (row: MetricRow) => void,
): KnownPart {
  let position = start;
  let rows = before;
  let rest: Buffer = Buffer.alloc(0);
  const rowsIn = (text: string) => (head === undefined ? jsonRows(text) : tableRows(position === 0 ? text : head + text));
  for (let at = start; at < size; ) {
    const bytes = bytesAt(file, at, Math.min(CHUNK, size - at));
    if (bytes.length === 0) break; // it was truncated meanwhile
    at += bytes.length;
    rest = Buffer.concat([rest, bytes]);
    const end = endOfLines(rest, head !== undefined);
    if (end === 0 && rest.length > LIMIT) throw new Error('it has a line of more than 16 MiB: it is no longer read');
    const found = rowsIn(rest.toString('utf8', 0, end));
    rows += found.length;
    found.forEach(see);
    position += end;
    rest = rest.subarray(end);
  }
  if (head === undefined) jsonRows(rest.toString()).forEach(see); // an object whose line feed may follow
  return { position, rows, head, marks: marksAt(file, position) };
}

/** The length of all complete lines. A line feed between the quotes of a table is part of a cell. */
function endOfLines(bytes: Buffer, quotes: boolean): number {
  if (!quotes || !bytes.includes(34)) return bytes.lastIndexOf(10) + 1;
  let end = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 34) quoted = !quoted;
    else if (bytes[i] === 10 && !quoted) end = i + 1;
  }
  return end;
}

const marksAt = (file: number, position: number): readonly Buffer[] => [
  bytesAt(file, 0, Math.min(MARK, position)),
  bytesAt(file, Math.max(0, position - MARK), Math.min(MARK, position)),
];

function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}

const textAt = (file: number, position: number, length: number): string => bytesAt(file, position, length).toString();
