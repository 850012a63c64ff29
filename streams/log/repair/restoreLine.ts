import { Buffer } from 'node:buffer';
import { MAX_LINE, parseLine, type SealedLine, sealedLine, sealedLinesIn } from '../lines.ts';
import { LONGEST_SEAL, sealOf, writtenSeal } from '../seal.ts';

const LINE_FEED = 10;
/** The polynomial of CRC-32, with its bits reversed as in zlib. */
const POLYNOMIAL = 0xedb88320;

/** What can be restored of a damaged line: the lines in it if line feeds are lost, or the line itself if one bit of it was flipped. */
export function restoreLine(line: Buffer): readonly SealedLine[] {
  const found = sealedLinesIn(line);
  if (found.length > 0) return found;
  const corrected = flipBack(line);
  return corrected ? [corrected] : [];
}

/** A line that was split by a bit flip, which made a line feed. */
export function joinLines(first: Buffer, second: Buffer): SealedLine | undefined {
  for (let bit = 0; bit < 8; bit++) {
    const joined = sealedLine(Buffer.concat([first, Buffer.from([LINE_FEED ^ (1 << bit)]), second]));
    if (joined) return joined;
  }
  return undefined;
}

/** The line before one of its bits was flipped. */
function flipBack(line: Buffer): SealedLine | undefined {
  if (line.length > MAX_LINE) return undefined;
  const end = Math.max(0, line.length - LONGEST_SEAL);
  for (let bit = 8 * end; bit < 8 * line.length; bit++) {
    const restored = withFlipped(line, bit);
    if (restored) return restored;
  }
  const written = writtenSeal(line);
  if (written === undefined) return undefined;
  const bit = flippedBit(written.covered, written.computed ^ Number.parseInt(written.seal.own, 16));
  const restored = bit === undefined ? undefined : withFlipped(line, bit);
  return restored && parseLine(restored.bytes) ? restored : undefined;
}

/**
 * The bit whose flip changes the CRC-32 of so many bytes by a difference. The difference does not depend on the bytes, and that of each bit follows
 * from that of the next one.
 */
function flippedBit(bytes: number, difference: number): number | undefined {
  let effect = POLYNOMIAL;
  for (let bit = 8 * bytes - 1; bit >= 0; bit--) {
    if (effect === difference >>> 0) return bit;
    effect = ((effect >>> 1) ^ (effect & 1 ? POLYNOMIAL : 0)) >>> 0;
  }
  return undefined;
}

/** A copy with one bit flipped, counted from the lowest one of the first byte; undefined if its checksum does not match. Only what matches is copied. */
function withFlipped(line: Buffer, bit: number): SealedLine | undefined {
  const flip = () => {
    line[bit >> 3]! ^= 1 << (bit & 7);
  };
  flip();
  const seal = sealOf(line);
  const restored = seal && { bytes: Buffer.from(line), seal };
  flip();
  return restored;
}
