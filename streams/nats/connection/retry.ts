import { JetStreamApiError } from '@nats-io/jetstream';
import type { errors, NatsConnection } from '@nats-io/nats-core';

/**
 * Whether it is an error of the client, by its name: the connection of an application may come from another copy of `@nats-io/nats-core`, whose
 * classes are others.
 */
export const isClientError = (error: unknown, ...names: readonly string[]): boolean => error instanceof Error && names.includes(error.name);

/** Whether an error is temporary (the server is down or starting), so that the request can be repeated. */
export function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError)
    return error.status === 503 || isStreamFull(error) || error.code === 10008 || error.code === 10039;
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
export const isStreamFull = (error: unknown): boolean => error instanceof JetStreamApiError && NO_ROOM.includes(error.code);

/** Whether a user has no right to make a request. */
export const isForbidden = (error: unknown): boolean => violationIn(error) !== undefined;

/** The missing right that an error is about. */
export const violationIn = (error: unknown): Violation | undefined =>
  isClientError(error, 'PermissionViolationError') ? (error as Violation) : error instanceof Error ? violationIn(error.cause) : undefined;

type Violation = InstanceType<typeof errors.PermissionViolationError>;

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/** Repeats a request until there is an answer. @throws any error that is not temporary */
export async function withRetry<T>(nc: NatsConnection, ask: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (nc.isClosed() || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
