import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/nats-core';
import { StudyError } from '../../../src/errors.ts';
import type { Created } from '../../../src/facts/facts.ts';
import { isNameInUse } from '../connection/retry.ts';
import { RESTORED } from '../protocol/messages.ts';
import type { Subjects } from '../protocol/subjects.ts';

export interface StreamOptions {
  /** Servers that keep a copy. Default 1. */
  readonly replicas?: number;
  /** Longest message that the stream accepts, in bytes. Default: 64 KiB, or the length of the first fact of the study. */
  readonly maxMessageBytes?: number;
  /** Bytes that the log may take on the server, which reserves them. Default: what the account has. When the log is full, the study waits. */
  readonly maxBytes?: number;
}

/** Settings without which a study would wait for ever, or lose its beginning: the actual value, the required one, and the command that sets it. */
const neededOf = (
  { log }: Subjects,
  { subjects = [], retention, discard, max_age, max_msgs_per_subject, allow_direct }: StreamConfig,
): readonly (readonly [name: string, now: unknown, needed: unknown, mend: string])[] => [
  ['subjects', subjects.join(', '), log, `--subjects '${log}'`],
  ['retention', retention, RetentionPolicy.Limits, 'cannot change it: move the stream away'],
  ['discard', discard, DiscardPolicy.New, '--discard new'],
  ['max_age', max_age, 0, '--max-age 0'],
  ['max_msgs_per_subject', max_msgs_per_subject, -1, '--max-msgs-per-subject=-1'],
  ['allow_direct', allow_direct, true, '--allow-direct'],
];
/** The longest message that a stream accepts by default, in bytes. */
export const MESSAGE = 64 * 1024;
/** Bytes for the subject and the headers of a message. */
export const ENVELOPE = 2048;

/**
 * The longest message that the stream of a study must accept: at least its first fact, which holds the space.
 *
 * @throws StudyError if the server accepts no message of that length.
 */
export function messageBytesFor(nc: NatsConnection, created: Created, least = MESSAGE): number {
  const bytes = new TextEncoder().encode(JSON.stringify(created)).length + ENVELOPE;
  const most = nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
  if (bytes > most)
    throw new StudyError(
      `${created.study}: its first fact, which holds the space, has ${bytes} bytes, but the server takes ${most}: give its choices fewer or shorter values, or raise max_payload of the server`,
    );
  return Math.max(least, bytes);
}

/** The settings of the stream of a study. Nothing in it is ever deleted. */
export const streamOf = (
  { stream, log }: Subjects,
  { replicas = 1, maxMessageBytes = MESSAGE, maxBytes = -1 }: StreamOptions,
): Partial<StreamConfig> & { readonly name: string } => ({
  name: stream,
  subjects: [log],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.New,
  compression: StoreCompression.S2, // of blocks of 8 MiB, once they are full
  num_replicas: replicas,
  max_msg_size: maxMessageBytes,
  max_bytes: maxBytes,
  duplicate_window: nanos(120_000),
  deny_delete: true,
  deny_purge: true,
  allow_direct: true,
});

/** An existing stream. */
export interface Stream {
  /** The longest message that it accepts, in bytes; -1 without a limit. */
  readonly longest: number;
  /** How many of its first messages were restored from another log. */
  readonly restored: number;
  /** Position of its last message. */
  readonly last: number;
}

/** The stream of a study as it is now. @throws StudyError while it is being restored. */
export async function findStream(jsm: JetStreamManager, { stream }: Subjects): Promise<Stream & { readonly config: StreamConfig }> {
  const { config, state } = await jsm.streams.info(stream);
  const restored = Number(config.metadata?.[RESTORED] ?? 0);
  if (state.last_seq < restored)
    throw new StudyError(
      `the stream ${stream} is being restored: ${state.last_seq} of ${restored} entries are there; wait, or delete the study and restore it again`,
      { code: 'restoring' },
    );
  return { longest: config.max_msg_size, restored, last: state.last_seq, config };
}

/** Creates the stream of a study, unless it is there. @throws StudyError if its settings do not suit a study. */
export async function ensureStream(jsm: JetStreamManager, subjects: Subjects, options: StreamOptions): Promise<Stream> {
  try {
    const { config, state } = await jsm.streams.add(streamOf(subjects, options));
    return { longest: config.max_msg_size, restored: 0, last: state.last_seq };
  } catch (error) {
    if (!isNameInUse(error)) throw error;
  }
  const { config, ...found } = await findStream(jsm, subjects);
  const needed = [...neededOf(subjects, config)];
  const { maxMessageBytes = MESSAGE } = options;
  const isTooShort = found.last === 0 && found.longest !== -1 && found.longest < maxMessageBytes; // its first message may be longer
  if (isTooShort) needed.push(['max_msg_size', found.longest, maxMessageBytes, `--max-msg-size ${maxMessageBytes}`]);
  const wrong = needed.flatMap(([name, now, is, mend]) =>
    now === is ? [] : [`${name} is ${now}, not ${is} (nats stream edit ${subjects.stream} ${mend})`],
  );
  if (wrong.length > 0) throw new StudyError(`the stream ${subjects.stream} has settings that a study cannot have: ${wrong.join('; ')}`);
  return found;
}
