import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiError } from '@nats-io/jetstream';
import { type Msg, type NatsConnection, nuid } from '@nats-io/nats-core';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { inFlight } from '../../promises.ts';
import { isStreamFull, withRetry } from '../connection/retry.ts';
import { type Publisher, publisher } from '../log/publisher.ts';
import { type StudyRef, subjectsOf } from '../protocol/subjects.ts';
import type { CheckpointAnswer, CheckpointRequest } from './checkpointMessages.ts';
import { chunksOf, contentsOf, writeFiles } from './files.ts';
import { CheckpointError, checkpointBytes, digestOf, LONGEST_MANIFEST, type Manifest, parseManifest } from './manifest.ts';
import { parseReference, referenceText } from './reference.ts';

/** A run that saves or resumes, and how it reaches its study. */
export interface CheckpointRun {
  readonly nc: NatsConnection;
  readonly study: StudyRef;
  readonly trainer: string;
  readonly trial: TrialId;
  readonly run: string;
  /** Milliseconds in which an engine must admit a save: a worker that ends must not wait for an engine that is away. Default: 20 000. */
  readonly patience?: number;
  /** Ends the transfer when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Messages in flight at a time. */
const IN_FLIGHT = 8;
/** Milliseconds to wait for an answer before asking again. */
const ANSWER_MS = 5000;
/** Seconds for a restore, besides those for its bytes: an engine may be away for a while, but the trial must begin. */
const RESTORE_S = 600;
/** Milliseconds before the engine is asked again about a run that it does not know yet. */
const RETRY_MS = 100;

/**
 * Saves a file or directory on the server of a study. Parts that this trainer has saved of the same trial are not sent again.
 *
 * @param path its content must not change meanwhile.
 * @param leftOut called with each path below it that is no file, or a link that leads outside.
 * @returns the reference, for the field `checkpoint` of a fact of the run.
 * @throws CheckpointError if the engine refuses it or there is no room; the reason of the signal when it aborts; what the server refuses.
 */
export async function saveCheckpoint(of: CheckpointRun, path: string, leftOut: (path: string) => void = () => {}): Promise<string> {
  const { nc, study, trainer, trial } = of;
  const subjects = subjectsOf(study);
  const contents = await contentsOf(path, leftOut);
  const bytes = checkpointBytes(contents);
  const sent = new Set((await ask(of, { run: of.run, save: bytes })).have);
  const out = publisher(nc);
  try {
    const store = async (sha256: string, data: Uint8Array) => {
      if (sent.has(sha256)) return;
      sent.add(sha256);
      await storeChunk(nc, out, subjects.chunk(trainer, trial, sha256), data);
    };
    const chunks: [string, number][] = [];
    const pool: ArrayBuffer[] = [];
    await inFlight(IN_FLIGHT, chunksOf(path, contents, pool), async (data) => {
      of.signal?.throwIfAborted();
      const sha256 = digestOf(data);
      chunks.push([sha256, data.length]);
      await store(sha256, data);
      pool.push(data.buffer);
    });
    const manifest = new TextEncoder().encode(JSON.stringify({ ...contents, chunks } satisfies Manifest));
    if (manifest.length > LONGEST_MANIFEST)
      throw new CheckpointError(`${path} is too large for the server: ${contents.files.length} files, ${chunks.length} chunks`);
    const sha256 = digestOf(manifest);
    await store(sha256, manifest);
    return referenceText({ trainer, trial, sha256 });
  } finally {
    out.close();
  }
}

/**
 * Restores the checkpoint from which a run resumes.
 *
 * @param reference as the suggestion of the run names it.
 * @param directory is made; the checkpoint is below it with its own name.
 * @param seconds until it gives up; each megabyte allows for one more.
 * @returns the path of the restored file or directory.
 * @throws CheckpointError if it is no longer there or not as it was saved, if it is larger than the engine admitted or than there is room, or if it takes
 * too long; the reason of the signal when it aborts.
 */
export async function restoreCheckpoint(of: CheckpointRun, reference: string, directory: string, seconds = RESTORE_S): Promise<string> {
  const named = parseReference(reference);
  if (!named) throw new CheckpointError(`${JSON.stringify(reference)} is not a checkpoint on the server`);
  const limit = timeLimit(of.signal, seconds);
  const parts = partsFor({ ...of, signal: limit.signal });
  const fresh = `${directory}.${randomUUID()}`;
  try {
    const manifest = parseManifest(await parts.get(named.sha256));
    const bytes = checkpointBytes(manifest);
    if (bytes > parts.most()) throw new CheckpointError(`it has ${bytes} bytes, but the engine admitted ${parts.most()}`);
    await mkdir(fresh, { recursive: true });
    const { bavail, bsize } = await statfs(fresh);
    if (bytes > bavail * bsize) throw new CheckpointError(`it has ${bytes} bytes, but there is room for ${bavail * bsize} at ${directory}`);
    limit.extend(bytes);
    const chunk = async ([sha256, size]: Manifest['chunks'][number]) => {
      const data = await parts.get(sha256);
      if (data.length !== size) throw new CheckpointError(`a chunk of it has ${data.length} bytes instead of ${size}`);
      return data;
    };
    await writeFiles(fresh, manifest, ahead(manifest.chunks, chunk));
    await rm(directory, { recursive: true, force: true });
    await rename(fresh, directory);
    return join(directory, manifest.name);
  } finally {
    limit.clear();
    parts.close();
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Sends a request to the engine until it answers. @throws CheckpointError with the reason why the engine refuses it
 */
async function ask(of: CheckpointRun, request: CheckpointRequest): Promise<Extract<CheckpointAnswer, { readonly ok: true }>> {
  const { nc, study, trainer, trial, patience = 20_000, signal } = of;
  const subject = subjectsOf(study).checkpoint(trainer, trial);
  const until = 'save' in request ? performance.now() + patience : Number.POSITIVE_INFINITY;
  for (;;) {
    const send = () => {
      if (performance.now() > until) throw new CheckpointError('no engine of the study has answered');
      return nc.request(subject, JSON.stringify(request), { timeout: ANSWER_MS });
    };
    const message = await withRetry(nc, send, { signal });
    const answer = message.json<CheckpointAnswer>();
    if (answer.ok) return answer;
    if (!answer.wait) throw new CheckpointError(answer.error);
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Gets parts of the checkpoint from which a run resumes. */
function partsFor(of: CheckpointRun) {
  const to = nuid.next();
  const waiting = new Map<string, (message: Msg) => void>();
  let most = 0;
  const subscription = of.nc.subscribe(subjectsOf(of.study).part(of.trainer, to, '*'), {
    callback: (error, message) => (error ? undefined : waiting.get(message.subject.slice(message.subject.lastIndexOf('.') + 1))?.(message)),
  });
  /** Asks until the part arrives: it is lost if the connection is. */
  const fetchPart = async (sha256: string): Promise<Msg> => {
    for (;;) {
      let overdue: NodeJS.Timeout | undefined;
      const coming = new Promise<Msg | undefined>((resolve) => {
        waiting.set(sha256, resolve);
        overdue = setTimeout(resolve, ANSWER_MS, undefined);
      });
      const answer = await ask(of, { run: of.run, get: sha256, to });
      most = answer.most ?? most;
      const message = await coming;
      clearTimeout(overdue); // it would keep the part in memory
      if (message) return message;
    }
  };
  const checked = async (sha256: string): Promise<Uint8Array> => {
    const message = await fetchPart(sha256);
    if (message.headers?.code === 404) throw new CheckpointError('it is no longer on the server');
    if (digestOf(message.data) !== sha256) throw new CheckpointError('a chunk of it has changed since it was saved');
    return message.data;
  };
  /** Parts in flight: files with the same content have the same parts. */
  const coming = new Map<string, Promise<Uint8Array>>();
  return {
    /** @throws CheckpointError if it is not there, or not as it was saved */
    get: (sha256: string): Promise<Uint8Array> => {
      const part = coming.get(sha256) ?? checked(sha256).finally(() => coming.delete(sha256) && waiting.delete(sha256));
      coming.set(sha256, part);
      return part;
    },
    /** Bytes that the checkpoint may have, as the engine said with its manifest. */
    most: () => most,
    close: () => subscription.unsubscribe(),
  };
}

/** A signal that also aborts when a transfer takes too long. @param seconds for it, besides one for each megabyte */
function timeLimit(outer: AbortSignal | undefined, seconds: number) {
  const late = new AbortController();
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const set = (limit: number) => {
    clearTimeout(timer);
    const end = () => late.abort(new CheckpointError(`it was not restored within ${Math.round(limit)} seconds`));
    timer = setTimeout(end, began + limit * 1000 - performance.now());
  };
  set(seconds);
  return {
    signal: outer ? AbortSignal.any([outer, late.signal]) : late.signal,
    extend: (bytes: number) => set(seconds + bytes / 1e6),
    clear: () => clearTimeout(timer),
  };
}

/** Stores a chunk, unless it is there: the server takes one message for a subject. */
export async function storeChunk(nc: NatsConnection, out: Publisher, subject: string, data: Uint8Array): Promise<void> {
  try {
    await withRetry(nc, () =>
      out.publish(subject, data, { id: undefined, timeout: ANSWER_MS }).catch((error) => {
        if (isThere(error)) return undefined;
        if (isStreamFull(error)) throw new CheckpointError(`the server has no room for it: ${error.message}`, { cause: error });
        throw error;
      }),
    );
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new CheckpointError(`the server refuses it: ${error.message}`, { cause: error });
  }
}

const isThere = (error: unknown): boolean => error instanceof JetStreamApiError && error.message.includes('per subject');

/** Results in order; several are requested before they are used. */
async function* ahead<T, R>(all: readonly T[], get: (one: T) => Promise<R>): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  for (let next = 0; next < all.length || waiting.length > 0; ) {
    while (next < all.length && waiting.length < IN_FLIGHT) {
      const result = get(all[next++]!);
      result.catch(() => {}); // thrown below, when it is its turn
      waiting.push(result);
    }
    yield await waiting.shift()!;
  }
}
