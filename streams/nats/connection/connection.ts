import { createInbox, type Msg, type NatsConnection, type PublishOptions, type Status } from '@nats-io/nats-core';
import { isClientError } from './retry.ts';

/** A new subject for answers, below the one that the connection may subscribe to. */
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
 * Calls back when a connection is lost, when the server refuses to log it in again (revoked or expired), and when it is back. A client that retries
 * reports these at every attempt; here each is reported once.
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

const isRefusal = (error: Error): boolean => isClientError(error, 'AuthorizationError', 'UserAuthenticationExpiredError');

/** Whether other servers may do the work of the server of this connection. */
export const isClustered = (nc: NatsConnection): boolean => nc.info?.cluster !== undefined;

/** The JSON in a message; undefined if it holds none. */
export function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

/** Publishes a message that may get lost. Never throws: if it cannot be sent (the connection is closed, the message is too large), it is dropped. */
export function publish(nc: NatsConnection, subject: string, data: string, options?: PublishOptions): void {
  try {
    nc.publish(subject, data, options);
  } catch {}
}
