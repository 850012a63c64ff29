import { DiscardPolicy, JetStreamApiError, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { Subjects } from './subjects.ts';

export interface StreamOptions {
  /** Servers that keep a copy. Default 1. */
  readonly replicas?: number;
  /** Longest message that the server takes. Default 64 KiB. */
  readonly maxMessageBytes?: number;
}

const NAME_IN_USE = 10058;

/** Makes the stream of a study, unless it is there. Nothing in it is ever deleted. @returns the longest message that it takes. */
export async function ensureStream(jsm: JetStreamManager, subjects: Subjects, options: StreamOptions): Promise<number> {
  const { replicas = 1, maxMessageBytes = 64 * 1024 } = options;
  try {
    const { config } = await jsm.streams.add({
      name: subjects.stream,
      subjects: [subjects.log],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.New,
      num_replicas: replicas,
      max_msg_size: maxMessageBytes,
      duplicate_window: nanos(120_000),
      deny_delete: true,
      deny_purge: true,
      allow_direct: true,
    });
    return config.max_msg_size;
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === NAME_IN_USE)) throw error; // it is there, with other settings
  }
  return (await jsm.streams.info(subjects.stream)).config.max_msg_size;
}
