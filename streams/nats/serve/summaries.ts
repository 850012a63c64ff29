import { DiscardPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { ObjectiveSpec, Values } from '../../../src/facts/facts.ts';
import { isRecord, jsonIn } from '../../../src/schema/json.ts';
import type { StudyStatus } from '../../../src/study/status.ts';
import { ifThere, isNameInUse, withRetry } from '../connection/retry.ts';
import { messageId, publisher } from '../log/publisher.ts';
import { everyStudy, type StudyNaming, subjectsOf, TRAINERS } from '../protocol/subjects.ts';

/** What a server keeps of a closed study, so that no engine has to read its log to list it. */
export interface Summary {
  readonly status: StudyStatus;
  /** Its first one. */
  readonly objective: ObjectiveSpec;
  /** When the stream of its log was created: a later study of this name is another one. */
  readonly created: string;
  /** Sums of its metrics, which count for the quota of its team. */
  readonly spent?: Values | undefined;
  /** Where its archive is, if its log is no longer on the server. */
  readonly archive?: string;
}

/** The summaries of the closed studies of a server, by their names. */
export interface Summaries {
  read(): Promise<ReadonlyMap<string, Summary>>;
  /** Replaces that of a study. */
  put(study: string, summary: Summary): Promise<void>;
  /** When the stream of a log was created, and the position of its last entry. */
  logOf(study: string): Promise<{ readonly created: string; readonly position: number }>;
  /** Deletes the consumer that delivers suggestions of a study to trainers. */
  endDelivery(study: string): Promise<void>;
  close(): void;
}

/** Summaries that are asked for at a time. */
const BATCH = 500;
/** Milliseconds to wait until the server confirms a summary. */
const CONFIRMED_WITHIN = 5000;

/** The summaries on a server: a stream with the last message of each subject. @param replicas servers that keep a copy */
export async function summariesOn(nc: NatsConnection, naming: StudyNaming, replicas = 1): Promise<Summaries> {
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: CONFIRMED_WITHIN, apiPrefix: naming.apiPrefix });
  const { summaries: name, summary } = everyStudy(naming);
  const out = publisher(nc);
  const ensure = async () => {
    const settings = { retention: RetentionPolicy.Limits, storage: StorageType.File, discard: DiscardPolicy.Old, num_replicas: replicas };
    await jsm.streams.add({ name, subjects: [summary], ...settings, max_msgs_per_subject: 1, allow_direct: true }).catch((error) => {
      if (!isNameInUse(error)) throw error;
    });
  };
  let ensured: Promise<void> | undefined;
  return {
    read: async () => {
      const all = new Map<string, Summary>();
      const consumer = await withRetry(nc, () => ifThere(() => jetstream(nc, { apiPrefix: naming.apiPrefix }).consumers.get(name)));
      for (let isMore = consumer !== undefined && (await consumer.info()).num_pending > 0; isMore; )
        for await (const message of await consumer!.fetch({ max_messages: BATCH, expires: CONFIRMED_WITHIN })) {
          const summary = jsonIn(message.string());
          if (isRecord(summary) && isRecord(summary.status)) all.set(message.subject.split('.').at(-2)!, summary as unknown as Summary);
          isMore = message.info.pending > 0;
          if (!isMore) break; // it would wait for more
        }
      await consumer?.delete();
      return all;
    },
    put: async (study, given) => {
      ensured ??= ensure();
      await ensured.catch((error) => {
        ensured = undefined;
        throw error;
      });
      const subject = subjectsOf(study, naming).summary;
      await out.publish(subject, JSON.stringify(given), { id: messageId(), timeout: CONFIRMED_WITHIN });
    },
    logOf: async (study) => {
      const { created, state } = await jsm.streams.info(subjectsOf(study, naming).stream);
      return { created: String(created), position: state.last_seq };
    },
    endDelivery: async (study) => {
      await jsm.consumers.delete(subjectsOf(study, naming).stream, TRAINERS).catch(() => {}); // another engine may have deleted it
    },
    close: () => out.close(),
  };
}
