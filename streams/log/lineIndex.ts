import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { Entry } from '../../src/facts/entry.ts';
import { decodeLines, type LineDecoder, MAX_LINE } from './journalCodec.ts';

/** Bytes per block that is read and decoded. */
const BLOCK = 128 * 1024;
/** Bytes per read when it looks for line feeds. */
const PIECE = 2 ** 20;

/** A run of whole lines of a file. */
export interface Block {
  /** Position of its first line. */
  readonly first: number;
  readonly lines: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Where the lines of a file are: one offset for every 128 KiB. A longer line is a block of its own. */
export class LineIndex {
  readonly #firsts: number[] = [];
  readonly #offsets: number[] = [];
  #lines = 0;
  #bytes = 0;

  get lines(): number {
    return this.#lines;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the next line, by its length with the line feed. */
  add(length: number): void {
    const start = this.#offsets.at(-1);
    if (start === undefined || this.#bytes + length - start > BLOCK) {
      this.#firsts.push(this.#lines + 1);
      this.#offsets.push(this.#bytes);
    }
    this.#lines++;
    this.#bytes += length;
  }

  /** The block with the line at a position in [1, lines]. */
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
      lines: (this.#firsts[low + 1] ?? this.#lines + 1) - first,
      offset,
      bytes: (this.#offsets[low + 1] ?? this.#bytes) - offset,
    };
  }
}

/** Adds the complete lines after those that are indexed. Resolves to the number of bytes after the last line feed. */
export async function extend(index: LineIndex, file: FileHandle): Promise<number> {
  const piece = Buffer.allocUnsafe(PIECE);
  for (let offset = index.bytes; ; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE, offset);
    if (bytesRead === 0) return offset - index.bytes;
    const read = piece.subarray(0, bytesRead);
    for (let end = read.indexOf(10); end !== -1; end = read.indexOf(10, end + 1)) index.add(offset + end + 1 - index.bytes);
    offset += bytesRead;
  }
}

/** The entries of the block with a position, from that position on. */
export async function readBlock(file: FileHandle, index: LineIndex, from: number, decoder: LineDecoder): Promise<Entry[]> {
  const { first, lines, offset, bytes } = index.block(from);
  if (bytes > MAX_LINE) return [decoder.tooLong(bytes, first)];
  const block = await readBytes(file, offset, bytes);
  const entries = decodeLines(block, first, decoder);
  if (entries.length !== lines)
    throw new Error(`expected ${lines} lines from byte ${offset} on, but there are ${entries.length}: the file was changed`);
  return entries.slice(from - first);
}

/** The last line, without its line feed; undefined if there is none. */
export async function lastLine(file: FileHandle, index: LineIndex): Promise<Buffer | undefined> {
  if (index.lines === 0) return undefined;
  const { offset, bytes } = index.block(index.lines);
  const block = await readBytes(file, offset, bytes - 1);
  return block.subarray(block.lastIndexOf(10) + 1);
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
