import type { Entry } from '../../../src/facts/entry.ts';
import type { Refusal } from '../../../src/facts/refusal.ts';
import { isDeeper } from '../../../src/facts/validate.ts';
import { TIME_HEADER } from '../protocol/messages.ts';
import { writerOf } from '../protocol/subjects.ts';

/** The fields of a stream message that are used. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data: Uint8Array;
  readonly info: { readonly timestampNanos: number };
  readonly headers?: { get(name: string): string } | undefined;
}

/** Levels of objects and arrays within a trainer's fact. */
const MOST_LEVELS = 16;
/** The facts that a trainer may write; all others are the engine's. */
const sayings = new Set(['started', 'reported', 'completed', 'stopped', 'failed']);

const decoder = new TextDecoder();

type Timed = Omit<StoredMessage, 'subject' | 'data'>;

/** When a restored message was first written, by its header. */
function toldTime({ seq, headers }: Timed, restored: number): string | undefined {
  const told = seq <= restored ? headers?.get(TIME_HEADER) : undefined;
  return told && /^\d{1,20}$/.test(told) ? told : undefined;
}

/** When a message was first written, in nanoseconds since 1970, which is more than a double can represent. */
export const timeOf = (message: Timed, restored: number): string => toldTime(message, restored) ?? String(message.info.timestampNanos);

/**
 * A message as an entry of the log. A message that is not a fact keeps its position, with the reason.
 *
 * @param restored how many of the first messages were restored from another log.
 */
export function entryOf(message: StoredMessage, restored = 0): Entry {
  const { subject, seq: position, data } = message;
  const at = Math.floor(Number(toldTime(message, restored) ?? message.info.timestampNanos) / 1e6);
  const author = writerOf(subject);
  const refuse = (code: Refusal['code'], message: string): Entry => ({
    position,
    at,
    fact: undefined,
    refusal: { code, message },
    ...(author !== undefined && { author }),
  });
  let fact: unknown;
  try {
    fact = JSON.parse(decoder.decode(data));
  } catch (error) {
    return refuse('not-json', `a fact must be JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  if (author === undefined) return { position, at, fact };
  if (isDeeper(fact, MOST_LEVELS)) return refuse('too-deep', `a fact must be nested at most ${MOST_LEVELS} deep`);
  const { type, trial } = (fact ?? {}) as { type?: unknown; trial?: unknown };
  if (typeof type === 'string' && !sayings.has(type)) return refuse('bad-field', `type must be one of ${[...sayings].join(', ')}`);
  if (trial !== undefined && String(trial) !== subject.slice(subject.lastIndexOf('.') + 1)) {
    return refuse('bad-field', `trial must be the one in the subject, ${subject}`);
  }
  return { position, at, fact, author };
}
