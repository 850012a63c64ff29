import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/**
 * The last field of a line, such as `"sum":"17.9f3c2a1b.0c1d2e3f"`: the position of the line, the checksum of the line before it, and its own
 * (CRC-32 of all bytes before these eight digits). Lines that another program wrote have none.
 */
export interface Seal {
  readonly position: number;
  readonly previous: string;
  readonly own: string;
}

/** The checksum before the first line. */
export const NONE = '00000000';

const FORM = /,"sum":"([1-9]\d{0,14})\.([0-9a-f]{8})\.([0-9a-f]{8})"\}\s?$/;
/** An object without fields, as another program may write it. */
const EMPTY = /^\s*\{\s*\}$/;
const RETURN = 13;
/** The longest seal, in bytes. */
export const LONGEST_SEAL = 64;

const digits = (checksum: number): string => checksum.toString(16).padStart(8, '0');

/** JSON objects as sealed lines after a position, and the checksum of the last one. */
export function sealLines(
  objects: readonly string[],
  position: number,
  previous: string,
): { readonly lines: readonly Buffer[]; readonly last: string } {
  let last = previous;
  const lines = objects.map((object, i) => {
    const fields = EMPTY.test(object) ? '{"at":0' : object.slice(0, -1);
    const covered = `${fields},"sum":"${position + i + 1}.${last}.`;
    last = digits(crc32(covered));
    return Buffer.from(`${covered}${last}"}\n`);
  });
  return { lines, last };
}

/** The seal of a line; undefined if it has none or its checksum is wrong. */
export function sealOf(line: Buffer): Seal | undefined {
  const match = FORM.exec(line.toString('latin1', Math.max(0, line.length - LONGEST_SEAL)));
  if (!match) return undefined;
  const [text, position, previous, own] = match;
  const covered = line.length - text.length + text.lastIndexOf('.') + 1;
  return digits(crc32(line.subarray(0, covered))) === own ? { position: Number(position), previous: previous!, own } : undefined;
}

/** The JSON object of a sealed line, as it was before it was sealed. */
export const unsealed = (line: Buffer): string => {
  const text = line.toString();
  return `${text.slice(0, text.lastIndexOf(',"sum":"'))}}`;
};

/**
 * The position in the seal of a line, by the field `sum` that was parsed from it; undefined if the checksum is wrong. Like `sealOf`, but in half the
 * time, because it does not check how the seal is written: each line of a log is read with it.
 */
export function sealedPosition(line: Buffer, sum: unknown): number | undefined {
  if (typeof sum !== 'string') return undefined;
  const end = line.length - (line[line.length - 1] === RETURN ? 3 : 2) - 8;
  return end > 0 && crc32(line.subarray(0, end)) === Number.parseInt(sum.slice(-8), 16) ? Number.parseInt(sum, 10) : undefined;
}

/** The checksum of a line in the seal of the next line: the line's own checksum or, without one, that of all its bytes. */
export const checksumOf = (line: Buffer): string => sealOf(line)?.own ?? digits(crc32(line));
