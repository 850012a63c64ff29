import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { type NatsConnection, nuid } from '@nats-io/nats-core';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { inFlight } from '../../promises.ts';
import { isStreamFull, isUnheard, withRetry } from '../connection/retry.ts';
import { type Publisher, publisher } from '../log/publisher.ts';
import type { Beat } from '../protocol/messages.ts';
import { type StudyRef, type Subjects, subjectsOf } from '../protocol/subjects.ts';
import type { Reply } from '../rpc.ts';
import { CHUNK, CheckpointError, packed, unpack } from './files.ts';
import { parseReference, type Reference, referenceText } from './reference.ts';

/** A run that saves or resumes, and how it reaches its study. */
export interface CheckpointRun {
  readonly nc: NatsConnection;
  readonly study: StudyRef;
  readonly trainer: string;
  readonly trial: TrialId;
  readonly attempt: number;
  readonly run: string;
  /** Milliseconds in which an engine must answer: a worker that ends must not wait for an engine that is away. Default: 20 000. */
  readonly patience?: number;
  /** Ends the transfer when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Messages in flight at a time. */
const IN_FLIGHT = 8;
/** Milliseconds to wait for an answer before asking again. */
const ANSWER_MS = 5000;
/** Milliseconds for a restore, besides one for each kilobyte: a server may be away for a while, but the trial must begin. */
const RESTORE_MS = 600_000;
/** Milliseconds before an engine is asked again that does not know the run yet. */
const RETRY_MS = 200;

/**
 * Saves a file or directory on the server of a study, also across a restart of the server: chunks that it has are not sent again.
 *
 * @param path its content must not change meanwhile.
 * @param leftOut called with each path below it that is no file, or a link that leads outside.
 * @returns the reference, for the field `checkpoint` of a fact of the run.
 * @throws CheckpointError if there is no room; the reason of the signal when it aborts; what the server refuses.
 */
export async function saveCheckpoint(of: CheckpointRun, path: string, leftOut: (path: string) => void = () => {}): Promise<string> {
  const { nc, study, trainer, trial, attempt, signal } = of;
  const { chunk } = subjectsOf(study);
  const { bytes, chunks } = await packed(path, leftOut);
  await askRoom(of, bytes);
  const id = `${trainer}.${trial}.${attempt}.${nuid.next()}`;
  const hash = createHash('sha256');
  const out = publisher(nc);
  let count = 0;
  try {
    await inFlight(IN_FLIGHT, chunks, (data) => {
      hash.update(data);
      return storeChunk(nc, out, chunk(`${id}.${count++}`), data, signal);
    });
  } finally {
    out.close();
  }
  return referenceText({ id, bytes, sha256: hash.digest('hex') });
}

/** Stores a chunk, unless it is there: the server takes one message for a subject. */
export async function storeChunk(
  nc: NatsConnection,
  out: Publisher,
  subject: string,
  data: Uint8Array,
  signal?: AbortSignal | undefined,
): Promise<void> {
  const publish = () =>
    out.publish(subject, data, { id: undefined, timeout: ANSWER_MS }).catch((error) => {
      if (error instanceof JetStreamApiError && error.message.includes('per subject')) return;
      if (isStreamFull(error)) throw new CheckpointError(`the server has no room for it: ${error.message}`, { cause: error });
      throw error;
    });
  try {
    await withRetry(nc, publish, { signal });
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new CheckpointError(`the server refuses it: ${error.message}`, { cause: error });
  }
}

/**
 * Restores the checkpoint from which a run resumes.
 *
 * @param reference as the suggestion of the run names it.
 * @param directory is made; the checkpoint is below it with its own name.
 * @returns the path of the restored file or directory.
 * @throws CheckpointError if it is no longer there or not as it was saved, or if there is no room for it; the reason of the signal when it aborts, or
 * when it takes too long.
 */
export async function restoreCheckpoint(of: CheckpointRun, reference: string, directory: string): Promise<string> {
  const named = parseReference(reference);
  if (!named) throw new CheckpointError(`${JSON.stringify(reference)} is not a checkpoint on the server`);
  const limits = [AbortSignal.timeout(RESTORE_MS + Math.ceil(named.bytes / 1000)), ...(of.signal ? [of.signal] : [])];
  const fresh = `${directory}.${randomUUID()}`;
  try {
    await mkdir(fresh, { recursive: true });
    const { bavail, bsize } = await statfs(fresh);
    if (named.bytes > bavail * bsize)
      throw new CheckpointError(`it has ${named.bytes} bytes, but there is room for ${bavail * bsize} at ${directory}`);
    const name = await unpack(chunksOf({ ...of, signal: AbortSignal.any(limits), patience: RESTORE_MS }, named), fresh);
    await rm(directory, { recursive: true, force: true });
    await rename(fresh, directory);
    return join(directory, name);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The chunks of a checkpoint, in order. @throws CheckpointError at the end, if they are not what was saved */
async function* chunksOf(of: CheckpointRun, { id, bytes, sha256 }: Reference): AsyncGenerator<Uint8Array> {
  const { nc, study, signal } = of;
  const subjects = subjectsOf(study);
  const hash = createHash('sha256');
  let received = 0;
  const get = (index: number) => {
    const ask = async () => {
      const data = await chunkAt(nc, subjects, `${id}.${index}`).catch(async (error) => {
        if (isUnheard(error)) await askRoom(of, 0); // a study that was restored without its checkpoints has no place for them yet
        throw error;
      });
      if (!data) throw new CheckpointError('it is no longer on the server');
      return data;
    };
    const chunk = withRetry(nc, ask, { signal });
    chunk.catch(() => {}); // thrown below, when it is its turn
    return chunk;
  };
  const coming: Promise<Uint8Array>[] = [];
  for (let next = 0, count = Math.ceil(bytes / CHUNK); next < count || coming.length > 0; ) {
    while (next < count && coming.length < IN_FLIGHT) coming.push(get(next++));
    const chunk = await coming.shift()!;
    hash.update(chunk);
    received += chunk.length;
    yield chunk;
  }
  if (received !== bytes || hash.digest('hex') !== sha256) throw new CheckpointError('it has changed since it was saved');
}

/** A chunk on the server; undefined if it is not there. */
export async function chunkAt(nc: NatsConnection, { apiPrefix, chunks, chunk }: Subjects, name: string): Promise<Uint8Array | undefined> {
  const message = await nc.request(`${apiPrefix}.DIRECT.GET.${chunks}.${chunk(name)}`, '', { timeout: ANSWER_MS });
  return message.headers?.code === 404 ? undefined : message.data;
}

/** Asks the engine for room, until it answers. @throws CheckpointError with the reason why there is none */
async function askRoom({ nc, study, trainer, trial, run, patience = 20_000, signal }: CheckpointRun, bytes: number): Promise<void> {
  const request = JSON.stringify({ run, save: bytes } satisfies Beat);
  const until = performance.now() + patience;
  const send = () => {
    if (performance.now() > until) throw new CheckpointError('no engine of the study has answered');
    return nc.request(subjectsOf(study).beat(trainer, trial), request, { timeout: ANSWER_MS });
  };
  for (;;) {
    const answer = (await withRetry(nc, send, { signal })).json<Reply>();
    if (answer.ok) return;
    if (answer.code !== 'stale-run' || performance.now() + RETRY_MS > until) throw new CheckpointError(answer.error);
    await sleep(RETRY_MS, undefined, { signal }); // it may not have read of the run yet
  }
}
