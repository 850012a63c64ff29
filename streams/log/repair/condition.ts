import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { JournalError } from '../errors.ts';
import { checkIsFile } from '../files.ts';
import { isUnsealed, MAX_LINE, parseLine, wholeLinesIn } from '../lines.ts';
import { checksumOf, sealOf } from '../seal.ts';
import { mayBeSealed } from './audit.ts';

/** Bytes per read. */
const PIECE = 2 ** 20;

/**
 * Whether an audit would find damage: whether the journal is other than lines without checksums, then lines that each have the position and the
 * checksum of the line before. A `torn` journal only ends with an incomplete line. Needs the memory of a few lines only.
 *
 * @throws JournalError if the journal cannot be read.
 */
export async function conditionOf(path: string): Promise<'intact' | 'torn' | 'damaged'> {
  await checkIsFile(path);
  let line = 0;
  let before: Buffer | undefined;
  let areSealed = false;
  const follows = (raw: Buffer): boolean => {
    line++;
    const last = before;
    before = raw;
    const seal = sealOf(raw);
    if (!seal) return !areSealed && isUnsealed(parseLine(raw)) && !mayBeSealed(raw);
    areSealed = true;
    return seal.position === line && (!last || seal.previous === checksumOf(last));
  };
  let rest: Buffer = Buffer.alloc(0);
  try {
    const file = await open(path);
    for await (const piece of file.createReadStream({ highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let start = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        if (!follows(bytes.subarray(start, end))) return 'damaged';
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > MAX_LINE) return 'damaged';
    }
  } catch (cause) {
    throw new JournalError(path, 'cannot read the journal', cause);
  }
  if (wholeLinesIn(rest).length > 0) return 'damaged';
  return rest.length > 0 ? 'torn' : 'intact';
}
