import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { StudyError } from '../../../src/errors.ts';
import type { CheckpointPart, Checkpoints } from '../../../src/study/place.ts';
import { admissions, admissionsOn } from '../checkpoints/admissions.ts';
import { storedOn } from '../checkpoints/collect.ts';
import { CheckpointError, digestOf } from '../checkpoints/manifest.ts';
import { isDigest } from '../checkpoints/reference.ts';
import { checkpointsOn, createCheckpoints } from '../checkpoints/stream.ts';
import { storeChunk } from '../checkpoints/transfer.ts';
import { isForbidden, isStreamFull, isUnheard, withRetry } from '../connection/retry.ts';
import { publisher } from '../log/publisher.ts';
import { isName, type Subjects } from '../protocol/subjects.ts';
import { withCopies } from './restore.ts';

/** Milliseconds to wait for a part from the server. */
const PART_WITHIN = 10_000;

/** The checkpoints of a study on a server; undefined if it has none. @throws StudyError if this user may not read them */
export async function readCheckpoints(nc: NatsConnection, jsm: JetStreamManager, subjects: Subjects): Promise<Checkpoints | undefined> {
  const { apiPrefix, chunks, chunk } = subjects;
  const state = await withRetry(nc, () => checkpointsOn(jsm, subjects, chunk('*', '*', '*'))).catch((cause) => {
    throw isForbidden(cause) ? forbidden(chunks, cause) : cause;
  });
  const stored = storedOn(Object.keys(state?.subjects ?? {})).filter(isOfTrainer);
  if (!state || stored.length === 0) return undefined;
  const parts = async function* (): AsyncGenerator<CheckpointPart> {
    for (const { trainer, trial, parts } of stored)
      for (const sha256 of parts.filter(isDigest)) {
        const subject = `${apiPrefix}.DIRECT.GET.${chunks}.${chunk(trainer, trial, sha256)}`;
        const ask = async () =>
          nc.request(subject, '', { timeout: PART_WITHIN }).catch(async (error) => {
            if (isUnheard(error)) await jsm.streams.info(chunks); // a deleted stream does not answer
            throw error;
          });
        const { data } = await withRetry(nc, ask);
        if (digestOf(data) === sha256) yield { trainer, trial, sha256, data }; // otherwise it was deleted, or cannot be restored
      }
  };
  const maxBytes = Number.isFinite(state.maxBytes) ? state.maxBytes : undefined;
  const admitted = admissionsOn(Object.keys(state.subjects)).filter(isOfTrainer);
  return {
    bytes: Math.ceil(state.bytes),
    maxBytes,
    admitted: admitted.map(({ trainer, trial, bytes }) => ({ trainer, trial, bytes })),
    parts,
  };
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
    const { keep } = admissions(nc, jsm, subjects);
    for (const one of from.admitted) if (isOfTrainer(one)) await keep(one);
    for await (const { trainer, trial, sha256, data } of from.parts()) {
      if (!isOfTrainer({ trainer, trial }) || !isDigest(sha256))
        throw new StudyError(`expected a checkpoint by trainer, trial and SHA-256, got ${JSON.stringify(`${trainer}/${trial}/${sha256}`)}`);
      await storeChunk(nc, out, chunk(trainer, trial, sha256), data);
    }
  } catch (cause) {
    if (isForbidden(cause)) throw forbidden(chunks, cause);
    if (cause instanceof JetStreamApiError || cause instanceof CheckpointError) throw notStored(cause);
    throw cause;
  } finally {
    out.close();
  }
}

/** A trainer chooses the subject under which it saves, and anyone may have written an archive. */
const isOfTrainer = ({ trainer, trial }: Pick<CheckpointPart, 'trainer' | 'trial'>): boolean =>
  isName(trainer) && Number.isSafeInteger(trial);

const notStored = (cause: Error): StudyError => new StudyError(`the checkpoints cannot be stored: ${cause.message}`, { cause });

const forbidden = (chunks: string, cause: unknown): StudyError =>
  new StudyError(`this user has no right to the checkpoints in ${chunks}; log in as an administrator`, { cause });
