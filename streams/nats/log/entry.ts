import { isDeeper } from '../../../src/facts/depth.ts';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Refusal } from '../../../src/facts/facts.ts';
import { LONGEST_FACT } from '../../../src/ledger/ledger.ts';
import { trainerOf } from '../subjects.ts';

/** A message of a stream, as far as it matters. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data: Uint8Array;
  readonly info: { readonly timestampNanos: number };
}

/** Levels of objects and arrays within a trainer's fact. */
const DEEPEST = 16;
/** What a trainer may say; all else is for the engine, whatever it says of itself. */
const sayings = new Set(['started', 'reported', 'completed', 'stopped', 'failed']);

const decoder = new TextDecoder();

/** A message as an entry of the log. One that can be no fact keeps its position, and says why. */
export function entryOf({ subject, seq: position, data, info }: StoredMessage): Entry {
  const at = Math.floor(info.timestampNanos / 1e6);
  const author = trainerOf(subject);
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
  if (isDeeper(fact, DEEPEST)) return refuse('too-deep', `a fact must be nested at most ${DEEPEST} deep`);
  const { type, trial } = (fact ?? {}) as { type?: unknown; trial?: unknown };
  if (typeof type === 'string' && !sayings.has(type)) return refuse('bad-field', `type must be one of ${[...sayings].join(', ')}`);
  if (trial !== undefined && String(trial) !== subject.slice(subject.lastIndexOf('.') + 1)) {
    return refuse('bad-field', `trial must be the one in the subject, ${subject}`);
  }
  return data.length > LONGEST_FACT ? { position, at, fact, author, bytes: data.length } : { position, at, fact, author };
}
