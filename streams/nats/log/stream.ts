import { DiscardPolicy, JetStreamApiError, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { StudyError } from '../studyError.ts';
import type { Subjects } from '../subjects.ts';

export interface StreamOptions {
  /** Servers that keep a copy. Default 1. */
  readonly replicas?: number;
  /** Longest message that the server takes. Default 64 KiB. */
  readonly maxMessageBytes?: number;
}

/** Settings without which a study waits for ever, or loses its beginning; and what makes them so. */
const NEEDED = {
  retention: { is: RetentionPolicy.Limits, mend: 'cannot change it: move the stream away' },
  discard: { is: DiscardPolicy.New, mend: '--discard new' },
  max_age: { is: 0, mend: '--max-age 0' },
  max_msgs_per_subject: { is: -1, mend: '--max-msgs-per-subject=-1' },
  allow_direct: { is: true, mend: '--allow-direct' },
} as const;
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
  const { config } = await jsm.streams.info(subjects.stream);
  const wrong = Object.entries(NEEDED).flatMap(([name, { is, mend }]) => {
    const now = config[name as keyof typeof NEEDED];
    return now === is ? [] : [`${name} is ${now}, not ${is} (nats stream edit ${subjects.stream} ${mend})`];
  });
  if (wrong.length > 0)
    throw new StudyError(`the stream ${subjects.stream} is there, with settings that no study can have: ${wrong.join('; ')}`);
  return config.max_msg_size;
}
