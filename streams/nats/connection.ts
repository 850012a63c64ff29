import { createInbox, type Msg, type NatsConnection, type PublishOptions, type Status } from '@nats-io/nats-core';

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
