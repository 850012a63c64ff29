import { Buffer } from 'node:buffer';
import type { Entry } from '../../src/facts/entry.ts';
import { isRecord } from '../../src/schema/json.ts';
import { MAX_LINE, parseLine, sealedLinesIn } from './journalLines.ts';
import { sealedPosition } from './seal.ts';

/** Room for the seal and the line feed. */
const LONGEST_OBJECT = MAX_LINE - 64;

/** Called with a line that is not an entry, or not the entry of its position. */
export type Damage = (position: number, what: string) => void;

/** Reads a line without its line feed. It has several entries if line feeds are missing in it. */
export type LineDecoder = (line: Buffer, position: number) => readonly Entry[];

/**
 * The latest time that a `Date` can represent, in milliseconds (ECMA-262, "Time Values and Time Range"). A later one counts as unknown, as does a
 * time that is not a number.
 */
const LATEST_MS = 8.64e15;

/** A fact as it is stored. */
export interface EncodedFact {
  /** The time and the author of its line, as the JSON of an object without its last brace. */
  readonly envelope: string;
  readonly at: number;
  readonly author: string | undefined;
  /** The fact itself. */
  readonly json: string;
}

/**
 * @throws TypeError unless a fact is a JSON object without the fields of the envelope, RangeError if it is too long.
 */
export function encodeFact(at: number, fact: unknown, author?: string): EncodedFact {
  if (!isRecord(fact) || 'at' in fact || 'author' in fact || 'sum' in fact || 'toJSON' in fact)
    throw new TypeError(`a fact is a JSON object without a field "at", "author" or "sum", but got ${describe(fact)}`);
  const json = JSON.stringify(fact);
  const time = JSON.stringify(at); // null if it is not finite
  const envelope = author === undefined ? `{"at":${time}` : `{"at":${time},"author":${JSON.stringify(author)}`;
  const bytes = 3 * (envelope.length + json.length) > LONGEST_OBJECT ? Buffer.byteLength(envelope) + Buffer.byteLength(json) : 0;
  if (bytes > LONGEST_OBJECT) throw new RangeError(`a fact takes up to ${LONGEST_OBJECT} bytes, but this one has ${bytes}`);
  return { envelope, at, author, json };
}

/**
 * A stored fact as a JSON object: the fact itself with the time in front, `{"at":1718000000000,"type":"completed","trial":7,...}`, so that `jq
 * 'select(.type == "completed")'` works. If a trainer wrote it, its `author` follows the time.
 */
export const objectOf = ({ envelope, json }: EncodedFact): string => (json === '{}' ? `${envelope}}` : `${envelope},${json.slice(1)}`);

/**
 * A reader of lines. A damaged line keeps its position, and its raw text becomes the fact. A line at another position than that at which it was
 * written counts, with a warning: one for all lines that moved by the same distance. The first warning names the command that copies what
 * can be read.
 */
export function lineDecoder(damaged: Damage): LineDecoder {
  const shifts = new Set([0]);
  let isFirst = true;
  const tell: Damage = (position, what) => {
    damaged(position, isFirst ? `${what}; "hypertide study repair" writes a copy of what can be read` : what);
    isFirst = false;
  };
  const decode: LineDecoder = (line, position) => {
    const object = parseLine(line);
    if (object && object.sum === undefined) return [entryIn(object, position)];
    const written = object && sealedPosition(line, object.sum);
    if (object && written !== undefined) {
      const shift = written - position;
      if (!shifts.has(shift))
        tell(position, `holds entry ${written}: ${shift > 0 ? 'lines are missing' : 'lines are duplicated or out of order'} before it`);
      shifts.add(shift);
      return [entryIn(object, position)];
    }
    const parts = sealedLinesIn(line).filter(({ bytes }) => bytes.length < line.length);
    if (parts.length > 0) {
      tell(
        position,
        parts.length > 1
          ? `the line has ${parts.length} entries, since line feeds are missing; all count`
          : 'the line has other bytes next to its entry, which counts',
      );
      return parts.flatMap(({ bytes }, i) => decode(bytes, position + i));
    }
    if (object) {
      const message = 'its checksum does not match';
      tell(position, message);
      return [{ position, at: entryIn(object, position).at, fact: line.toString(), refusal: { code: 'damaged', message } }];
    }
    if (line.length >= MAX_LINE) {
      tell(position, `expected at most ${MAX_LINE} bytes, but the line has ${line.length + 1}`);
      return [{ position, at: 0, fact: undefined }];
    }
    const text = line.toString();
    tell(position, `expected a JSON object, but got ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)}`);
    return [{ position, at: 0, fact: text }];
  };
  return decode;
}

/** The entry that a line holds. */
function entryIn({ at, sum: _, author, ...fact }: Readonly<Record<string, unknown>>, position: number): Entry {
  return entryAt(position, at, author, fact);
}

/** The entry that a stored fact reads as. */
export const decodedEntry = ({ at, author, json }: EncodedFact, position: number): Entry => entryAt(position, at, author, JSON.parse(json));

function entryAt(position: number, at: unknown, author: unknown, fact: unknown): Entry {
  const time = typeof at === 'number' && Math.abs(at) <= LATEST_MS ? at : 0;
  return typeof author === 'string' ? { position, at: time, author, fact } : { position, at: time, fact };
}

/** The entries of a block of lines, each with its line feed. */
export function decodeLines(block: Buffer, first: number, decode: LineDecoder): Entry[] {
  const entries: Entry[] = [];
  for (let start = 0, end = block.indexOf(10); end !== -1; start = end + 1, end = block.indexOf(10, start)) {
    entries.push(...decode(block.subarray(start, end), first + entries.length));
  }
  return entries;
}

const describe = (value: unknown): string =>
  isRecord(value) ? 'one with such a field' : Array.isArray(value) ? 'an array' : String(value);
