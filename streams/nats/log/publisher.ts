import { JetStreamApiError } from '@nats-io/jetstream';
import { errors, headers, type Msg, type NatsConnection, type Payload } from '@nats-io/nats-core';
import { inboxOf, jsonOf, onStatus } from '../connection/connection.ts';
import { violationIn } from '../connection/retry.ts';

export interface PublishOptions {
  /** A {@link messageId}, the same for every attempt to publish the same fact. Only restored messages may have none. */
  readonly id: string | undefined;
  /** Milliseconds to wait for the acknowledgement. */
  readonly timeout: number;
  /** Expected sequence number of the last message of the subject. Default: any. */
  readonly last?: number;
  /** Expected position of the last message of the stream. Default: any. */
  readonly at?: number;
  readonly headers?: Headers;
}

export type Headers = readonly (readonly [name: string, value: string])[];

/**
 * An id that no other client can guess. The server ignores a message whose id it has seen, on any subject of the stream: a trainer that could guess
 * the next id of another one could use it first, and that one's fact would be lost.
 */
export const messageId = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(ID))))
    .replaceAll('+', '-')
    .replaceAll('/', '_');

/** Random bytes of an id. Each message carries it twice: in base64, 15 bytes take 20 characters, without padding. */
const ID = 15;

/** Its position in the stream, and whether it was there before. */
export interface StoredAt {
  readonly stream?: string;
  readonly seq: number;
  readonly duplicate?: boolean;
}

/** Called with the result of a publish: the position, or the error. */
export type Settle = (stored: StoredAt | undefined, error?: Error) => void;

/** Publishes into streams, and waits for the acknowledgement. */
export interface Publisher {
  /**
   * `settle` is called, and may publish again, while incoming data are still being read: then all of it is written in one piece, because a write is
   * most of the cost of a message. It gets what `publish` throws.
   */
  send(subject: string, data: Payload, options: PublishOptions, settle: Settle): void;
  /** @throws JetStreamApiError if the stream refuses; TimeoutError, NoRespondersError; PermissionViolationError; ConnectionError. */
  publish(subject: string, data: Payload, options: PublishOptions): Promise<StoredAt>;
  close(): void;
}

interface Waiting {
  readonly subject: string;
  readonly until: number;
  readonly settle: Settle;
}

/** How often waiting messages are checked, in milliseconds: one timer for all of them, which runs while there are any. */
const SWEEP_MS = 100;

/**
 * One inbox for all acknowledgements. The client's own `publish` makes a timer and two errors, with their stacks, for each message, in case it needs
 * them, which was a fifth of the CPU time of an engine.
 */
export function publisher(nc: NatsConnection): Publisher {
  const inbox = inboxOf(nc);
  const waiting = new Map<string, Waiting>();
  let count = 0;
  const take = (token: string): Waiting | undefined => {
    const one = waiting.get(token);
    waiting.delete(token);
    return one;
  };
  const fail = (error: Error, concerns: (one: Waiting) => boolean) => {
    for (const [token, one] of waiting) if (concerns(one)) take(token)?.settle(undefined, error);
  };
  const hear = (message: Msg) => {
    const one = take(message.subject.slice(inbox.length + 1));
    if (!one) return;
    if (message.headers?.code === 503) return one.settle(undefined, new errors.NoRespondersError(one.subject));
    const ack = jsonOf(message) as (StoredAt & { readonly error?: ConstructorParameters<typeof JetStreamApiError>[0] }) | undefined;
    if (ack?.error) one.settle(undefined, new JetStreamApiError(ack.error));
    else if (ack) one.settle(ack);
  };
  const subscription = nc.subscribe(`${inbox}.*`, { callback: (error, message) => (error ? undefined : hear(message)) });
  let timer: ReturnType<typeof setInterval> | undefined;
  const rest = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const sweep = () => {
    if (nc.isClosed()) fail(new errors.ClosedConnectionError(), () => true);
    const now = performance.now();
    const isLate = ({ until }: Waiting) => until <= now;
    if ([...waiting.values()].some(isLate)) fail(new errors.TimeoutError(), isLate);
    if (waiting.size === 0) rest();
  };
  const unsubscribe = onStatus(nc, (status) => {
    const violation = status.type === 'error' ? violationIn(status.error) : undefined;
    if (violation) fail(violation, (one) => one.subject === violation.subject);
  });
  const send: Publisher['send'] = (subject, data, { id, timeout, last, at, headers: more = [] }, settle) => {
    const token = String(++count);
    const head = headers();
    if (id !== undefined) head.append('Nats-Msg-Id', id);
    if (last !== undefined) head.append('Nats-Expected-Last-Subject-Sequence', String(last));
    if (at !== undefined) head.append('Nats-Expected-Last-Sequence', String(at));
    for (const [name, value] of more) head.append(name, value);
    try {
      nc.publish(subject, data, { headers: head, reply: `${inbox}.${token}` });
    } catch (error) {
      return settle(undefined, error as Error); // closed, or too large
    }
    waiting.set(token, { subject, until: performance.now() + timeout, settle });
    timer ??= setInterval(sweep, SWEEP_MS);
    timer.unref?.();
  };
  return {
    send,
    publish: (subject, data, options) =>
      new Promise((resolve, reject) => send(subject, data, options, (stored, error) => (stored ? resolve(stored) : reject(error)))),
    close: () => {
      rest();
      unsubscribe();
      subscription.unsubscribe();
    },
  };
}
