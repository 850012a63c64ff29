import { DiscardPolicy, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { ifThere, isStreamFull } from '../connection/retry.ts';
import { ENVELOPE } from '../log/stream.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { CHUNK } from './files.ts';

export interface CheckpointStreamOptions {
  /** Bytes that all checkpoints of the study may take on the server, which reserves them unless they are infinite. */
  readonly maxBytes: number;
  /** Bytes that suffice if the server has no more. */
  readonly leastBytes: number;
  /** Servers that keep a copy. */
  readonly replicas: number;
}

/** The checkpoints of a study on the server. */
export interface CheckpointState {
  /** Number of messages by subject. */
  readonly subjects: Readonly<Record<string, number>>;
  /** Bytes of all messages, not only on those subjects. Small messages count as more than their bytes, since their number is limited too. */
  readonly bytes: number;
  /** The limit of the stream. */
  readonly maxBytes: number;
  /** Sequence number of the last message. */
  readonly last: number;
  readonly deleted: number;
}

/** Chunks of a study, at most: the engine lists them all to find those that no run needs. More fit if they are as large as they may be. */
const MOST_CHUNKS = 20_000;

/**
 * Creates the stream of a study's checkpoints, unless it is there. A subject takes one message, so nothing can be overwritten.
 *
 * @throws JetStreamApiError if the server has no room for it.
 */
export async function createCheckpoints(jsm: JetStreamManager, subjects: Subjects, options: CheckpointStreamOptions): Promise<void> {
  const { maxBytes, leastBytes } = options;
  try {
    await jsm.streams.add(settingsOf(subjects, options));
  } catch (error) {
    if (!isStreamFull(error) || maxBytes <= leastBytes || maxBytes === Number.POSITIVE_INFINITY) throw error;
    await createCheckpoints(jsm, subjects, { ...options, maxBytes: Math.max(leastBytes, Math.floor(maxBytes / 2)) });
  }
}

const settingsOf = ({ chunks, chunksBy }: Subjects, { maxBytes, replicas }: CheckpointStreamOptions) => ({
  name: chunks,
  subjects: [chunksBy('*')],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  num_replicas: replicas,
  max_bytes: limitOf(maxBytes),
  max_msgs: limitOf(Math.max(MOST_CHUNKS, Math.ceil((2 * maxBytes) / CHUNK))),
  max_msg_size: CHUNK + ENVELOPE,
  discard: DiscardPolicy.New,
  max_msgs_per_subject: 1,
  discard_new_per_subject: true,
  deny_delete: true,
  allow_direct: true,
});

/** As the server names it. */
const limitOf = (most: number): number => (Number.isFinite(most) ? most : -1);

/** The state of the stream, with the subjects that fit a pattern; undefined if there is none. */
export const checkpointsOn = (jsm: JetStreamManager, { chunks }: Subjects, filter?: string): Promise<CheckpointState | undefined> =>
  ifThere(async () => {
    const { state, config } = await jsm.streams.info(chunks, filter === undefined ? {} : { subjects_filter: filter });
    const maxBytes = config.max_bytes < 0 ? Number.POSITIVE_INFINITY : config.max_bytes;
    return {
      subjects: state.subjects ?? {},
      bytes: Math.max(state.bytes, config.max_msgs > 0 ? (state.messages / config.max_msgs) * config.max_bytes : 0),
      maxBytes,
      last: state.last_seq,
      deleted: state.num_deleted ?? 0,
    };
  });

/** Deletes the checkpoints of a study, if it has any. */
export const deleteCheckpoints = (jsm: JetStreamManager, { chunks }: Subjects): Promise<unknown> =>
  ifThere(() => jsm.streams.delete(chunks));
