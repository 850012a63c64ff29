import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { StudyError } from '../../../src/errors.ts';
import type { CheckpointPart, Checkpoints } from '../../../src/study/place.ts';
import { chunkAt, storeChunk } from '../checkpoints/bucket.ts';
import { CheckpointError } from '../checkpoints/files.ts';
import { checkpointsOn, createCheckpoints } from '../checkpoints/stream.ts';
import { isForbidden, isStreamFull, isUnheard, withRetry } from '../connection/retry.ts';
import { publisher } from '../log/publisher.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { withCopies } from './restore.ts';

/** A trainer chooses what follows its name, and anyone may have written an archive. */
const PART = /^[\w-]{1,64}(\/\w{1,64}){4}$/;

/** The checkpoints of a study on a server; undefined if it has none. @throws StudyError if this user may not read them */
export async function readCheckpoints(nc: NatsConnection, jsm: JetStreamManager, subjects: Subjects): Promise<Checkpoints | undefined> {
  const { chunks, chunk, chunksBy } = subjects;
  const state = await withRetry(nc, () => checkpointsOn(jsm, subjects, chunksBy('*'))).catch((cause) => {
    throw isForbidden(cause) ? forbidden(chunks, cause) : cause;
  });
  const start = chunk('').length;
  const names = Object.keys(state?.subjects ?? {}).map((subject) => subject.slice(start).replaceAll('.', '/'));
  if (!state || names.length === 0) return undefined;
  const parts = async function* (): AsyncGenerator<CheckpointPart> {
    for (const name of names.filter((name) => PART.test(name))) {
      const ask = () =>
        chunkAt(nc, subjects, name.replaceAll('/', '.')).catch(async (error) => {
          if (isUnheard(error)) await jsm.streams.info(chunks); // a deleted stream does not answer
          throw error;
        });
      const data = await withRetry(nc, ask);
      if (data) yield { name, data }; // otherwise it was deleted
    }
  };
  const maxBytes = Number.isFinite(state.maxBytes) ? state.maxBytes : undefined;
  return { bytes: Math.ceil(state.bytes), maxBytes, parts };
}

/** Stores checkpoints for a study that has none. @throws StudyError if the server has no room, or this user lacks the right */
export async function writeCheckpoints(
  nc: NatsConnection,
  jsm: JetStreamManager,
  subjects: Subjects,
  from: Checkpoints,
  copies?: number,
): Promise<void> {
  const { chunks, chunk } = subjects;
  const { maxBytes = Number.POSITIVE_INFINITY } = from;
  const out = publisher(nc);
  try {
    await withRetry(nc, () =>
      withCopies(copies, (replicas) => createCheckpoints(jsm, subjects, { maxBytes, leastBytes: from.bytes, replicas })).catch((cause) => {
        throw isStreamFull(cause) ? notStored(cause) : cause; // withRetry would wait for room
      }),
    );
    for await (const { name, data } of from.parts()) {
      if (!PART.test(name))
        throw new StudyError(`expected a part of a checkpoint, such as w1/17/1/a/0 in an archive, got ${JSON.stringify(name)}`);
      await storeChunk(nc, out, chunk(name.replaceAll('/', '.')), data);
    }
  } catch (cause) {
    if (isForbidden(cause)) throw forbidden(chunks, cause);
    if (cause instanceof JetStreamApiError || cause instanceof CheckpointError) throw notStored(cause);
    throw cause;
  } finally {
    out.close();
  }
}

const notStored = (cause: Error): StudyError => new StudyError(`the checkpoints cannot be stored: ${cause.message}`, { cause });

const forbidden = (chunks: string, cause: unknown): StudyError =>
  new StudyError(`this user has no right to the checkpoints in ${chunks}; log in as an administrator`, { cause });
