import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { Entry } from '../../src/facts/entry.ts';
import { decodeLines, type LineDecoder } from './journalCodec.ts';
import { countEntries, SEAL, wholeLinesIn } from './journalLines.ts';
import { LONGEST_SEAL } from './seal.ts';

/** Bytes per block that is read and decoded. */
const BLOCK = 128 * 1024;
/** Bytes per read when it looks for line feeds. */
const PIECE_BYTES = 2 ** 20;

/** A run of lines of a file. */
export interface Block {
  /** Position of its first entry. */
  readonly first: number;
  readonly entries: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Where the entries of a file are: one offset for every 128 KiB. A longer line is a block of its own. */
export class LineIndex {
  readonly #firsts: number[] = [];
  readonly #offsets: number[] = [];
  #entries = 0;
  #bytes = 0;

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the next line, by its length with the line feed. It has several entries if line feeds are missing in it. */
  add(length: number, entries = 1): void {
    const start = this.#offsets.at(-1);
    if (start === undefined || this.#bytes + length - start > BLOCK) {
      this.#firsts.push(this.#entries + 1);
      this.#offsets.push(this.#bytes);
    }
    this.#entries += entries;
    this.#bytes += length;
  }

  /** The block with the entry at a position in [1, entries]. */
  block(position: number): Block {
    let low = 0;
    for (let high = this.#firsts.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.#firsts[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    const first = this.#firsts[low]!;
    const offset = this.#offsets[low]!;
    return {
      first,
      entries: (this.#firsts[low + 1] ?? this.#entries + 1) - first,
      offset,
      bytes: (this.#offsets[low + 1] ?? this.#bytes) - offset,
    };
  }
}

/** Adds the lines after those that are indexed. Resolves to the number of bytes after the last line feed. */
export async function extend(index: LineIndex, file: FileHandle): Promise<number> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let offset = index.bytes; ; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, offset);
    if (bytesRead === 0) return offset - index.bytes;
    const read = piece.subarray(0, bytesRead);
    for (let end = read.indexOf(10), seal = -1; end !== -1; end = read.indexOf(10, end + 1)) {
      const length = offset + end + 1 - index.bytes;
      const start = end + 1 - length;
      if (seal < start) seal = read.indexOf(SEAL, start) >>> 0; // -1 becomes a place behind the piece
      if (start < 0) index.add(length, countEntries(await readBytes(file, index.bytes, length - 1)));
      else index.add(length, seal < end - LONGEST_SEAL ? countEntries(read.subarray(start, end)) : 1);
    }
    offset += bytesRead;
  }
}

/** The entries of the block with a position, from that position on. */
export async function readBlock(file: FileHandle, index: LineIndex, from: number, decode: LineDecoder): Promise<Entry[]> {
  const { first, entries: expected, offset, bytes } = index.block(from);
  const entries = decodeLines(await readBytes(file, offset, bytes), first, decode);
  if (entries.length !== expected)
    throw new Error(`expected ${expected} entries from byte ${offset} on, but there are ${entries.length}: the file was changed`);
  return entries.slice(from - first);
}

/** The line of the entry at a position, without its line feed; undefined if there is none. */
export async function lineAt(file: FileHandle, index: LineIndex, position: number): Promise<Buffer | undefined> {
  if (position < 1 || position > index.entries) return undefined;
  const { first, offset, bytes } = index.block(position);
  const block = await readBytes(file, offset, bytes);
  let left = position - first;
  for (let start = 0, end = block.indexOf(10); end !== -1; start = end + 1, end = block.indexOf(10, start)) {
    const line = block.subarray(start, end);
    const entries = countEntries(line);
    if (left < entries) return wholeLinesIn(line)[left] ?? line;
    left -= entries;
  }
  return undefined;
}

/** This many bytes, or fewer if the file ends. */
export async function readBytes(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
