import { Buffer } from 'node:buffer';

/** The most bytes of a line that are read. */
export const LINE_LIMIT = 64 * 1024;

/** Takes the output of a program, in pieces. */
export interface LineSplitter {
  push(bytes: Buffer): void;
  /** The program has ended: the rest is a line. */
  end(): void;
}

/**
 * Splits bytes into lines at line feeds and carriage returns (progress bars), and cuts a long line off after 64 KiB. Invalid UTF-8 is read with
 * replacement characters. Empty lines are left out.
 *
 * @param line `redrawn` says that the line ended in a carriage return alone, so that the next one covers it.
 */
export function splitLines(line: (text: string, redrawn: boolean) => void): LineSplitter {
  let pieces: Buffer[] = [];
  let length = 0;
  /** The last byte was a carriage return; the next one says whether a line feed follows. */
  let returned = false;
  const keep = (piece: Buffer) => {
    const kept = piece.subarray(0, LINE_LIMIT - length);
    if (kept.length > 0) pieces.push(kept);
    length += kept.length;
  };
  const end = (redrawn: boolean) => {
    if (length > 0) line(Buffer.concat(pieces).toString(), redrawn);
    pieces = [];
    length = 0;
    returned = false;
  };
  return {
    push(bytes) {
      let start = 0;
      for (let i = 0; i < bytes.length; i++) {
        if (returned) end(bytes[i] !== 10);
        if (bytes[i] !== 10 && bytes[i] !== 13) continue;
        if (i > start) keep(bytes.subarray(start, i));
        start = i + 1;
        if (bytes[i] === 10) end(false);
        else returned = true;
      }
      keep(bytes.subarray(start));
    },
    end: () => end(returned),
  };
}
