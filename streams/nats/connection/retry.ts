import { JetStreamApiError } from '@nats-io/jetstream';
import type { errors, NatsConnection } from '@nats-io/nats-core';
import { StudyError } from '../../../src/errors.ts';
import { unlessAborted } from '../../promises.ts';

/**
 * Whether it is an error of the client, by its name: the connection of an application may come from another copy of `@nats-io/nats-core`, whose
 * classes are others.
 */
export const isClientError = (error: unknown, ...names: readonly string[]): boolean => error instanceof Error && names.includes(error.name);

/** Whether JetStream has refused a request with one of these codes. */
export const isCode = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof JetStreamApiError && codes.includes(error.code);

/** JetStream is off for the account of this user. */
const NOT_FOR_ACCOUNT = 10039;

/** Whether the account of this user has no JetStream. */
export const isWithoutStreams = (error: unknown): boolean =>
  isCode(error, NOT_FOR_ACCOUNT) || (error instanceof Error && isWithoutStreams(error.cause));

/** There are too few servers for all copies of a stream, such as while one is away. */
const NO_PEERS = 10005;
/** A server of a cluster has not joined it yet, or has not elected a leader, and a stream or a consumer has no leader. */
const NOT_READY = [10007, 10009, 10118, 10119, 10194, 10195];

/** Whether an error is temporary (the server is down or starting), so that the request can be repeated. */
export function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError)
    return error.status === 503 || isStreamFull(error) || isCode(error, NO_PEERS, NOT_FOR_ACCOUNT, ...NOT_READY);
  return (
    isClientError(error, 'TimeoutError', 'ConnectionError', 'DrainingConnectionError', 'JetStreamNotEnabled') || // the last: no responder yet
    isUnheard(error) ||
    (isClientError(error, 'RequestError') && isClientError((error as Error).cause, 'TimeoutError'))
  );
}

/** Whether no program answers a request. */
export const isUnheard = (error: unknown): boolean =>
  isClientError(error, 'NoResponders') || (isClientError(error, 'RequestError') && isClientError((error as Error).cause, 'NoResponders'));

/** Codes of a stream, an account or a server that has no room: 10023, 10047 and 10077 (a limit of the stream is reached). */
const NO_ROOM = [10023, 10047, 10077];

/** Whether the server had no room to store it, which may be temporary. */
export const isStreamFull = (error: unknown): boolean => isCode(error, ...NO_ROOM);

const STREAM_NOT_FOUND = 10059;
const NAME_IN_USE = 10058;

/** Whether a stream is not on the server. */
export const isStreamMissing = (error: unknown): boolean =>
  isCode(error, STREAM_NOT_FOUND) || (error instanceof Error && isStreamMissing(error.cause));

/** What it returns, or undefined if a stream is not on the server. */
export async function ifThere<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
    throw error;
  }
}

/** Whether there is a stream of this name, with other settings. */
export const isNameInUse = (error: unknown): boolean => isCode(error, NAME_IN_USE);

/** Whether a user has no right to make a request. */
export const isForbidden = (error: unknown): boolean => violationIn(error) !== undefined;

/** The missing right that an error is about. */
export const violationIn = (error: unknown): Violation | undefined =>
  isClientError(error, 'PermissionViolationError') ? (error as Violation) : error instanceof Error ? violationIn(error.cause) : undefined;

type Violation = InstanceType<typeof errors.PermissionViolationError>;

/** What is wrong with a server that does not do what is asked, by the error of the last attempt: the end of a sentence about it. */
export function ailmentOf(error: unknown): string {
  if (isWithoutStreams(error))
    return 'has no JetStream for the account of this login: turn it on for the account, or log in to the account of the study';
  if (isClientError(error, 'JetStreamNotEnabled') || isUnheard(error)) return 'has no JetStream: start it with nats-server -js';
  if (isStreamFull(error)) return `has no room: ${(error as Error).message}`;
  if (isCode(error, NO_PEERS)) return `has too few servers in its cluster for all copies of the study: ${(error as Error).message}`;
  return 'does not answer: JetStream is starting, or most servers of its cluster are away';
}

/** An error about a missing right, with what to do; any other error as it is. */
export function refusalOf(error: unknown): unknown {
  const violation = violationIn(error);
  if (violation === undefined || error instanceof StudyError) return error;
  const { operation, subject } = violation;
  const isInbox = operation === 'subscription' && subject.startsWith('_INBOX');
  return new StudyError(`this login has no right to ${isInbox ? `get answers at ${subject}` : `publish to ${subject}`}`, {
    code: 'forbidden',
    cause: error,
    todo: isInbox
      ? 'give the connection the inboxPrefix of its user, such as _INBOX_engine'
      : '"hypertide server render" makes logins that have the rights of an engine, of a trainer and of people',
  });
}

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/** Milliseconds of waiting before it is reported. */
export const SILENCE = 2000;

export interface RetryOptions {
  /** Ends it, with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called once if it takes long, with what is wrong with the server. */
  readonly waiting?: ((ailment: string) => void) | undefined;
}

/** Repeats a request until there is an answer. @throws StudyError for a missing right; any other error that is not temporary; the reason of the signal */
export async function withRetry<T>(nc: NatsConnection, ask: () => Promise<T>, { signal, waiting }: RetryOptions = {}): Promise<T> {
  const since = performance.now();
  let isSaid = false;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    signal?.throwIfAborted();
    try {
      return await unlessAborted(ask(), signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (nc.isClosed() || !isPassing(error)) throw refusalOf(error);
      if (!isSaid && performance.now() - since >= SILENCE) {
        isSaid = true;
        waiting?.(ailmentOf(error));
      }
      await unlessAborted(new Promise((resolve) => setTimeout(resolve, pause)), signal);
    }
  }
}
