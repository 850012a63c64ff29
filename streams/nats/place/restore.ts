import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { StudyError } from '../../../src/errors.ts';
import type { LogSize } from '../../../src/study/place.ts';
import { inFlight } from '../../promises.ts';
import { isCode, isNameInUse, isPassing } from '../connection/retry.ts';
import { type Publisher, publisher } from '../log/publisher.ts';
import { ENVELOPE, MESSAGE, streamOf } from '../log/stream.ts';
import { RESTORED, TIME_HEADER } from '../protocol/messages.ts';
import type { Subjects } from '../protocol/subjects.ts';
import type { StoredLine } from './storedLine.ts';

/** A message to store at the position that it had. */
export interface RestoredMessage extends Omit<StoredLine, 'data'> {
  readonly data: Uint8Array;
}

/** Messages in flight at a time. */
const IN_FLIGHT = 256;
/** Milliseconds to wait until the server confirms a message. */
const CONFIRMED_WITHIN = 10_000;

/** Stores messages as the stream of a new study. On an error, the stream is deleted again. @throws StudyError if the study exists. */
export async function restoreStream(
  nc: NatsConnection,
  jsm: JetStreamManager,
  subjects: Subjects,
  { entries, longest, replicas }: LogSize,
  messages: AsyncIterable<RestoredMessage>,
): Promise<void> {
  const study = subjects.name;
  const maxMessageBytes = Math.max(MESSAGE, longest) + ENVELOPE;
  // Without the metadata, a stream with the same settings would count as this one.
  const metadata = { [RESTORED]: String(entries), id: crypto.randomUUID() };
  await withCopies(replicas, (replicas) => jsm.streams.add({ ...streamOf(subjects, { maxMessageBytes, replicas }), metadata })).catch(
    (cause) => {
      if (!isNameInUse(cause)) throw cause;
      throw new StudyError(`there is a study ${study} on this server already`, { cause });
    },
  );
  const out = publisher(nc);
  try {
    await publishAll(out, subjects, messages, entries);
  } catch (error) {
    await jsm.streams.delete(subjects.stream).catch(() => {}); // an engine ignores a part of a study
    if (!isPassing(error)) throw error;
    throw new StudyError(
      `the server did not answer while ${study} was restored; restore it again. If the study exists by then, delete it first`,
      {
        cause: error,
      },
    );
  } finally {
    out.close();
  }
}

/** Error codes of a single server, and of a cluster with too few servers. */
const TOO_FEW_SERVERS = [10074, 10005];

/** Creates a stream with the wanted number of replicas or, if the server does not support it, with one. */
export async function withCopies<T>(replicas = 1, create: (replicas: number) => Promise<T>): Promise<T> {
  try {
    return await create(replicas);
  } catch (error) {
    if (replicas === 1 || !isCode(error, ...TOO_FEW_SERVERS)) throw error;
    return create(1);
  }
}

async function publishAll(
  out: Publisher,
  { stream, log }: Subjects,
  messages: AsyncIterable<RestoredMessage>,
  entries: number,
): Promise<void> {
  let count = 0;
  await inFlight(IN_FLIGHT, messages, async ({ seq, time, subject, headers, data }) => {
    if (++count !== seq) throw new StudyError(`expected entry ${count} of the log, got entry ${seq}`);
    if (!isBelow(log, subject))
      throw new StudyError(`entry ${seq}: expected a subject of the log of a study, got ${JSON.stringify(subject)}`);
    const others = headers.filter(([name]) => name !== TIME_HEADER); // of several, the first one would count
    const at = { id: undefined, at: seq - 1, timeout: CONFIRMED_WITHIN };
    const stored = await out.publish(subject, data, { ...at, headers: [...others, [TIME_HEADER, time]] });
    if (stored.stream === stream && stored.seq === seq) return;
    throw new StudyError(`entry ${seq} of the log: expected it in ${stream}, but ${stored.stream} has it as entry ${stored.seq}`);
  });
  if (count !== entries) throw new StudyError(`expected ${entries} entries of the log, got ${count}`);
}

/**
 * Whether a subject matches a pattern that ends in `>`. A message on any other subject could be a request to the server, such as to delete a stream.
 */
const isBelow = (pattern: string, subject: string): boolean =>
  subject.startsWith(pattern.slice(0, -1)) && /^[^.\s*>]+(\.[^.\s*>]+)*$/.test(subject.slice(pattern.length - 1));
