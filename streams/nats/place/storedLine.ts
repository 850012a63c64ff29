import { Buffer, isUtf8 } from 'node:buffer';
import type { JsMsg } from '@nats-io/jetstream';
import type { Entry } from '../../../src/facts/entry.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { entryOf, timeOf } from '../log/storedEntry.ts';
import { TIME_HEADER } from '../protocol/messages.ts';

/** A message of a stream as an archive holds it: a line of JSON. */
export interface StoredLine {
  readonly seq: number;
  /** When it was first written, in nanoseconds since 1970. */
  readonly time: string;
  readonly subject: string;
  /** Without the headers that a restoration adds. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The text of the message, or its bytes in base64 if they are not text. */
  readonly data: string | { readonly base64: string };
}

/** A header that restoring a message adds, like the time. In any other entry, a trainer may have chosen the time, and it must not count elsewhere. */
const EXPECTED = 'Nats-Expected-Last-Sequence';

/** @param restored how many of the first messages of the stream were restored from another log. */
export function lineOf(message: JsMsg, restored: number): Uint8Array {
  const { seq, subject, data, headers } = message;
  const isKept = (name: string) => name !== TIME_HEADER && (seq > restored || name !== EXPECTED);
  const names = [...(headers ?? [])].map(([name]) => name).filter(isKept);
  const line: StoredLine = {
    seq,
    time: timeOf(message, restored),
    subject,
    headers: names.flatMap((name) => (headers?.values(name) ?? []).map((value) => [name, value] as const)),
    data: isUtf8(data) ? Buffer.from(data).toString() : { base64: Buffer.from(data).toString('base64') },
  };
  return Buffer.from(JSON.stringify(line));
}

/** @throws TypeError unless it is a line of an archive. */
export function parseStoredLine(text: Uint8Array): StoredLine {
  const line: unknown = JSON.parse(Buffer.from(text).toString());
  if (!isStoredLine(line)) throw new TypeError('expected a message with seq, time, subject, headers and data');
  return line;
}

const isStoredLine = (line: unknown): line is StoredLine =>
  isRecord(line) &&
  Number.isSafeInteger(line.seq) &&
  typeof line.time === 'string' &&
  typeof line.subject === 'string' &&
  Array.isArray(line.headers) &&
  (typeof line.data === 'string' || isRecord(line.data));

export const dataBytes = ({ data }: StoredLine): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.base64, 'base64');

/** The entry that a line holds. */
export function storedEntry(text: Uint8Array): Entry {
  const line = parseStoredLine(text);
  const { seq, subject, time } = line;
  return entryOf({ seq, subject, data: dataBytes(line), info: { timestampNanos: Number(time) } });
}
