import { JetStreamApiError } from '@nats-io/jetstream';
import { createInbox, errors, headers, type Msg, type NatsConnection } from '@nats-io/nats-core';

export interface PublishOptions {
  readonly id: string;
  /** Milliseconds to wait for the acknowledgement. */
  readonly timeout: number;
  /** Sequence number of the last message of the subject; without it, whatever that is. */
  readonly last?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where the stream has it; and whether it had it before. */
export interface Stored {
  readonly seq: number;
  readonly duplicate?: boolean;
}

/** Publishes into streams, and waits for the acknowledgement. */
export interface Publisher {
  /** @throws JetStreamApiError where the stream refuses; TimeoutError, NoRespondersError; PermissionViolationError. */
  publish(subject: string, data: string, options: PublishOptions): Promise<Stored>;
  close(): void;
}

interface Waiting {
  readonly subject: string;
  readonly until: number;
  readonly resolve: (stored: Stored) => void;
  readonly reject: (error: unknown) => void;
}

/** How often waiting ones are looked at, in milliseconds: one timer for all of them. */
const SWEEP = 100;

/**
 * One inbox for all acknowledgements. The client's own `publish` makes a timer and two errors, with their stacks, for each message, in case
 * it needs them: that was a fifth of the time of an engine.
 */
export function publisher(nc: NatsConnection): Publisher {
  const { options } = nc as unknown as { readonly options?: { readonly inboxPrefix?: string } };
  const inbox = createInbox(options?.inboxPrefix);
  const waiting = new Map<string, Waiting>();
  let count = 0;
  const settle = (token: string): Waiting | undefined => {
    const one = waiting.get(token);
    waiting.delete(token);
    return one;
  };
  const hear = (message: Msg) => {
    const one = settle(message.subject.slice(inbox.length + 1));
    if (!one) return;
    if (message.headers?.code === 503) return one.reject(new errors.NoRespondersError(one.subject));
    const ack = message.json<Stored & { readonly error?: ConstructorParameters<typeof JetStreamApiError>[0] }>();
    if (ack.error) one.reject(new JetStreamApiError(ack.error));
    else one.resolve(ack);
  };
  const subscription = nc.subscribe(`${inbox}.*`, { callback: (error, message) => (error ? undefined : hear(message)) });
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [token, { until, reject }] of waiting) {
      if (until > now && !nc.isClosed()) continue;
      waiting.delete(token);
      reject(nc.isClosed() ? new errors.ClosedConnectionError() : new errors.TimeoutError());
    }
  }, SWEEP);
  sweep.unref?.();
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type !== 'error' || !(status.error instanceof errors.PermissionViolationError)) continue;
      for (const [token, { subject, reject }] of waiting) {
        if (subject !== status.error.subject) continue;
        waiting.delete(token);
        reject(status.error);
      }
    }
  })();
  return {
    publish: (subject, data, { id, timeout, last, headers: more = {} }) =>
      new Promise((resolve, reject) => {
        const token = String(++count);
        const head = headers();
        head.set('Nats-Msg-Id', id);
        if (last !== undefined) head.set('Nats-Expected-Last-Subject-Sequence', String(last));
        for (const [name, value] of Object.entries(more)) head.set(name, value);
        waiting.set(token, { subject, until: performance.now() + timeout, resolve, reject });
        nc.publish(subject, data, { headers: head, reply: `${inbox}.${token}` });
      }),
    close: () => {
      clearInterval(sweep);
      subscription.unsubscribe();
    },
  };
}
