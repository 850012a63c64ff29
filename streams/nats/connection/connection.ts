import { createInbox, errors, type Msg, type NatsConnection, type PublishOptions, type Status } from '@nats-io/nats-core';

/** A subject of its own that answers come to, below the one that the connection may listen to. */
export function inboxOf(nc: NatsConnection): string {
  const { options } = nc as unknown as { readonly options?: { readonly inboxPrefix?: string } };
  return createInbox(options?.inboxPrefix);
}

/** Calls back on changes of a connection's status. @returns a function that unsubscribes. */
export function onStatus(nc: NatsConnection, hear: (status: Status) => void): () => void {
  const statuses = nc.status() as AsyncIterable<Status> & { stop?(): void }; // of the client's own kind, whose type does not say so
  void (async () => {
    for await (const status of statuses) hear(status);
  })();
  return () => statuses.stop?.();
}

/**
 * Calls back when a connection is lost, when the server refuses its login meanwhile (it was revoked or has expired), and when it is back. A client that
 * tries again and again reports each of these at every try; here each comes once.
 */
export function onLink(nc: NatsConnection, hear: (state: 'lost' | 'refused' | 'back') => void): () => void {
  let state: 'lost' | 'refused' | 'back' = 'back';
  const enter = (next: typeof state) => {
    if (next === state || (next === 'lost' && state === 'refused')) return;
    state = next;
    hear(next);
  };
  return onStatus(nc, (status) => {
    if (status.type === 'disconnect') enter('lost');
    if (status.type === 'error' && isRefusal(status.error)) enter('refused');
    if (status.type === 'reconnect') enter('back');
  });
}

const isRefusal = (error: Error): boolean =>
  error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError;

/** The JSON in a message; nothing if it holds none. */
export function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

/** Publishes what may be missed. Never throws: what cannot be sent (the connection is closed, the message is too large) is missed. */
export function publish(nc: NatsConnection, subject: string, data: string, options?: PublishOptions): void {
  try {
    nc.publish(subject, data, options);
  } catch {}
}
