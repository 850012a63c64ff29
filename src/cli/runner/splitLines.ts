import { Buffer } from 'node:buffer';

/** Bytes of a line that are looked at. */
const LINE_LIMIT = 64 * 1024;

/** Takes what a program prints, in pieces as they come. */
export interface LineSplitter {
  push(bytes: Buffer): void;
  /** The program prints no more: what is left is a line. */
  end(): void;
}

/**
 * Cuts bytes into lines at line feeds and carriage returns (progress bars), and a long line off after 64 KiB. What is no UTF-8 is read
 * with replacement characters. Empty lines are left out.
 */
export function splitLines(line: (text: string) => void): LineSplitter {
  let pieces: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer) => {
    const kept = piece.subarray(0, LINE_LIMIT - length);
    if (kept.length > 0) pieces.push(kept);
    length += kept.length;
  };
  const end = () => {
    if (length > 0) line(Buffer.concat(pieces).toString());
    pieces = [];
    length = 0;
  };
  return {
    push(bytes) {
      let start = 0;
      for (let i = 0; i < bytes.length; i++) {
        if (bytes[i] !== 10 && bytes[i] !== 13) continue;
        keep(bytes.subarray(start, i));
        end();
        start = i + 1;
      }
      keep(bytes.subarray(start));
    },
    end,
  };
}
