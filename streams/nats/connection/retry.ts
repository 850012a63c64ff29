import { JetStreamApiError } from '@nats-io/jetstream';
import { errors, type NatsConnection } from '@nats-io/nats-core';

/** Whether an error is temporary (the server is down or starting), so that the request can be repeated. */
export function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError)
    return error.status === 503 || isStreamFull(error) || error.code === 10008 || error.code === 10039;
  return (
    error instanceof errors.TimeoutError ||
    error instanceof errors.ConnectionError ||
    error instanceof errors.DrainingConnectionError ||
    (error as Error).name === 'JetStreamNotEnabled' || // no responder yet; its class is not exported
    isUnheard(error) ||
    (error instanceof errors.RequestError && error.cause instanceof errors.TimeoutError)
  );
}

/** Whether no program answers a request. */
export const isUnheard = (error: unknown): boolean =>
  error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders());

/** Codes of a stream, an account or a server that has no room: 10023, 10047 and 10077 (a limit of the stream is reached). */
const NO_ROOM = [10023, 10047, 10077];

/** Whether the server had no room to store it, which may be temporary. */
export const isStreamFull = (error: unknown): boolean => error instanceof JetStreamApiError && NO_ROOM.includes(error.code);

/** Whether a user has no right to make a request. */
export const isForbidden = (error: unknown): boolean => violationIn(error) !== undefined;

/** The missing right that an error is about. */
export const violationIn = (error: unknown): InstanceType<typeof errors.PermissionViolationError> | undefined =>
  error instanceof errors.PermissionViolationError ? error : error instanceof Error ? violationIn(error.cause) : undefined;

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
