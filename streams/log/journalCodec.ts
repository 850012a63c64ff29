import { Buffer, isUtf8 } from 'node:buffer';
import type { Entry } from '../../src/facts/entry.ts';
import { isRecord } from '../../src/schema/isRecord.ts';

/** The longest line, in bytes. A longer fact is refused, and a longer line in a file is taken for damage. */
export const MAX_LINE = 16 * 2 ** 20;

/** Called with a line that is not an entry. */
export type Damage = (position: number, what: string) => void;

/**
 * A fact as a line: the fact itself with the time in front, `{"at":1718000000000,"v":1,"type":"completed","trial":7,...}`, so that
 * `jq 'select(.type == "completed")'` works as one would guess.
 *
 * @throws TypeError for what is not a JSON object without `at`, RangeError for what is too long.
 */
export function encodeLine(at: number, fact: unknown): Buffer {
  if (!isRecord(fact) || 'at' in fact) throw new TypeError(`a fact is a JSON object without a field "at", but got ${describe(fact)}`);
  const line = Buffer.from(`${JSON.stringify({ at, ...fact })}\n`);
  if (line.length > MAX_LINE) throw new RangeError(`a fact takes up to ${MAX_LINE} bytes, but this one has ${line.length}`);
  return line;
}

/** The entry in a line without its line feed; a damaged line keeps its position and gives its raw text as the fact. */
export function decodeLine(line: Buffer, position: number, damaged: Damage): Entry {
  const object = parse(line);
  if (object !== undefined) {
    const { at, ...fact } = object;
    return { position, at: typeof at === 'number' ? at : 0, fact };
  }
  const text = line.toString();
  damaged(position, `expected a JSON object, but got ${JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)}`);
  return { position, at: 0, fact: text };
}

/** The entries of a block of whole lines. */
export function decodeLines(block: Buffer, first: number, damaged: Damage): Entry[] {
  const entries: Entry[] = [];
  for (let start = 0, end = block.indexOf(10); end !== -1; start = end + 1, end = block.indexOf(10, start)) {
    entries.push(decodeLine(block.subarray(start, end), first + entries.length, damaged));
  }
  return entries;
}

/** Whether a line without its line feed is all there: no proper beginning of a JSON object is one itself. */
export const isWhole = (line: Buffer): boolean => parse(line) !== undefined;

function parse(line: Buffer): Record<string, unknown> | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line.toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const describe = (value: unknown): string =>
  isRecord(value) ? 'one with a field "at"' : Array.isArray(value) ? 'an array' : String(value);
