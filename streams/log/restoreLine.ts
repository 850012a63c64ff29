import { Buffer } from 'node:buffer';
import { isWhole, MAX_LINE } from './journalCodec.ts';
import { LONGEST_SEAL, type Seal, sealOf, writtenSeal } from './seal.ts';

/** A line that its checksum proves to be as it was written. */
export interface SealedLine {
  readonly bytes: Buffer;
  readonly seal: Seal;
}

const LINE_FEED = 10;
/** The polynomial of CRC-32, with its bits reversed as in zlib. */
const POLYNOMIAL = 0xedb88320;

/** A line with its seal; undefined if it is damaged or has none. */
export function sealedLine(bytes: Buffer): SealedLine | undefined {
  const seal = sealOf(bytes);
  return seal && { bytes, seal };
}

/** What can be restored of a damaged line: the line itself if one bit of it was flipped, or the lines in it if line feeds are lost. */
export function restoreLine(line: Buffer): readonly SealedLine[] {
  const corrected = flipBack(line);
  return corrected ? [corrected] : separate(line);
}

/** A line that was split by a bit flip, which made a line feed. */
export function joinLines(first: Buffer, second: Buffer): SealedLine | undefined {
  for (let bit = 0; bit < 8; bit++) {
    const joined = sealedLine(Buffer.concat([first, Buffer.from([LINE_FEED ^ (1 << bit)]), second]));
    if (joined) return joined;
  }
  return undefined;
}

/** Starts that are tried for one end. Only a fact that contains the beginnings of many lines has more. */
const STARTS = 16;

/** Whole lines within a line, with something before, between or behind them. */
function separate(line: Buffer): readonly SealedLine[] {
  const text = line.toString('latin1');
  const starts = [...text.matchAll(/\{"at":/g)].map(({ index }) => index);
  const ends = [...text.matchAll(/"sum":"[1-9]\d{0,14}\.[0-9a-f]{8}\.[0-9a-f]{8}"\}/g)].map((match) => match.index + match[0].length);
  const found: SealedLine[] = [];
  let next = 0;
  for (const end of ends) {
    const first = next;
    while (next < starts.length && starts[next]! < end) next++;
    const open = starts.slice(first, next);
    const tried = open.length > 2 * STARTS ? [...open.slice(0, STARTS), ...open.slice(-STARTS)] : open;
    const start = tried.findLast((one) => sealedLine(line.subarray(one, end)));
    if (start !== undefined) found.push(sealedLine(line.subarray(start, end))!);
  }
  return found;
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
  return restored && isWhole(restored.bytes) ? restored : undefined;
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
