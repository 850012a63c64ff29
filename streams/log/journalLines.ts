import { Buffer, isUtf8 } from 'node:buffer';
import { isRecord, jsonIn } from '../../src/schema/json.ts';
import { LONGEST_SEAL, type Seal, sealOf } from './seal.ts';

/** The longest line, in bytes. A longer fact is refused, and a longer line in a file counts as damaged. */
export const MAX_LINE = 16 * 2 ** 20;

/** A line that its checksum proves to be as it was written. */
export interface SealedLine {
  readonly bytes: Buffer;
  readonly seal: Seal;
}

/** The JSON object in a line without its line feed; undefined if it is not one. */
export function parseLine(line: Buffer): Record<string, unknown> | undefined {
  const value = line.length <= MAX_LINE && isUtf8(line) ? jsonIn(line.toString()) : undefined;
  return isRecord(value) ? value : undefined;
}

/** Whether a line, as an object, was written without a checksum. */
const isUnsealed = (object: Record<string, unknown> | undefined): boolean => object !== undefined && object.sum === undefined;

/**
 * The lines in what stands between two line feeds, or behind the last one: it is a line itself or, if line feeds were lost or overwritten, has sealed
 * lines in it. Empty if it is damaged or incomplete. Opening, reading and repairing a journal all use this.
 */
export function wholeLinesIn(bytes: Buffer): readonly Buffer[] {
  if (bytes.length === 0) return [];
  if (sealOf(bytes) || isUnsealed(parseLine(bytes))) return [bytes];
  return sealedLinesIn(bytes).map((line) => line.bytes);
}

/** How many entries what stands between two line feeds counts as: a damaged line keeps its position. */
export const countEntries = (line: Buffer): number => (sealOf(line) || !line.includes(SEAL) ? 1 : Math.max(1, wholeLinesIn(line).length));

const START = '{"at":';
/** How a seal begins. A line with several entries has one that is farther than `LONGEST_SEAL` from its end. */
export const SEAL = Buffer.from(',"sum":"');
const FORM = /^,"sum":"[1-9]\d{0,14}\.[0-9a-f]{8}\.[0-9a-f]{8}"\}/;
/** Starts that are tried from either end for one seal. Only a fact that contains the beginnings of many lines has more. */
const STARTS = 16;

/** The sealed lines in bytes, with anything before, between or behind them. */
export function sealedLinesIn(bytes: Buffer): readonly SealedLine[] {
  const found: SealedLine[] = [];
  let after = 0;
  for (let seal = bytes.indexOf(SEAL); seal !== -1; seal = bytes.indexOf(SEAL, seal + 1)) {
    const [form] = FORM.exec(bytes.toString('latin1', seal, seal + LONGEST_SEAL)) ?? [];
    if (form === undefined) continue;
    const end = seal + form.length;
    for (const start of startsIn(bytes, after, seal)) {
      const line = bytes.subarray(start, end);
      const sealed = sealOf(line);
      if (sealed) found.push({ bytes: line, seal: sealed });
      if (sealed) break;
    }
    after = end;
  }
  return found;
}

/** Where a line may begin, from the last place to the first. */
function startsIn(bytes: Buffer, from: number, to: number): ReadonlySet<number> {
  const part = bytes.subarray(from, to); // for each seal, a search in all bytes would reach their beginning
  const last: number[] = [];
  for (let at = part.lastIndexOf(START); at !== -1 && last.length < STARTS; at = at > 0 ? part.lastIndexOf(START, at - 1) : -1)
    last.push(from + at);
  const first: number[] = [];
  if (last.length === STARTS)
    for (let at = part.indexOf(START); at !== -1 && first.length < STARTS; at = part.indexOf(START, at + 1)) first.push(from + at);
  return new Set([...last, ...first]);
}
