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

  const read = (takeRow: (row: MetricRow) => void) => {
    let file: number | undefined;
    try {
      const { ino, size, mtimeMs } = statSync(path);
      const now = `${ino} ${size} ${mtimeMs}`;
      if (now === version) return;
      file = openSync(path, 'r');
      const from = unchangedPart(file, size, contents);
      let count = from.rows;
      let isKnown = true;
      const next = readRows(file, size, from, (row) => {
        const sum = crc32(row.line);
        if (sums[count] !== sum) isKnown = false;
        if (!isKnown) {
          sums.length = count;
          sums.push(sum);
          takeRow(row);
        }
        count++;
      });
      if (isKnown && taken > 0 && count < sums.length) return; // a part of the known rows: the file is being rewritten
      sums.length = count;
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

/** The state from which a file is read: that of the last check if the file was only appended to, or else its beginning. */
function unchangedPart(file: number, size: number, before: KnownPart): KnownPart {
  const { position, marks } = before;
  return size >= position && marksAt(file, position).every((mark, i) => marks[i]?.equals(mark)) ? before : NO_CONTENTS;
}

/** @returns the next state. @throws Error for an object or a line that is too long */
function readRows(file: number, size: number, from: KnownPart, see: (row: MetricRow) => void): KnownPart {
  if (from.position > 0) return eachLine(file, size, from, see);
  const start = bytesAt(file, 0, Math.min(size, LIMIT)).toString();
  const head = start.match(/^\s*\S.*\n/)?.[0];
  if (/^[\s\ufeff]*\[/.test(start)) return NO_CONTENTS;
  const isTable = !/^[\s\ufeff]*\{/.test(start);
  if (head !== undefined && (isTable || statementOf(head.replace(/^\ufeff/, '').trim())))
    return eachLine(file, size, { ...NO_CONTENTS, head: isTable ? head : undefined }, see);
  if (size > LIMIT) throw new Error('it is neither a table nor JSON lines, and larger than 16 MiB: it is not read');
  metricRows(start).forEach(see);
  return NO_CONTENTS;
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
