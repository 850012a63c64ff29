import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { jsonRows, type MetricRow, metricRows, tableRows } from './metricRows.ts';
import { statementOf } from './parseOutput.ts';

/** The longest object or line that is read, in bytes. */
const LIMIT = 16 * 1024 * 1024;
/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024;
/** Bytes at the beginning, and before the position reached, that show whether a file was only appended to. */
const MARK = 1024;

/** The state of reading a file, up to a position between two lines. */
export interface KnownPart {
  /** Bytes before this position are not read again. */
  readonly position: number;
  /** Rows before it. */
  readonly rows: number;
  /** The first line of a table; undefined for JSON lines. */
  readonly head: string | undefined;
  readonly marks: readonly Buffer[];
}

export const NO_CONTENTS: KnownPart = { position: 0, rows: 0, head: undefined, marks: [] };

/** The rows of a file from the position at which it may have changed. */
export interface RowReading {
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
export function readRows(file: number, size: number, before: KnownPart): RowReading {
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
