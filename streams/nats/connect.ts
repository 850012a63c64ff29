import { readFile } from 'node:fs/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';

/**
 * Settings with which a connection outlasts its server and its network: it never gives up, and notices within six seconds that a link is
 * dead, also while it is being made. The client's own settings give up after ten attempts.
 *
 * @example
 * const nc = await connect({ servers: 'nats://127.0.0.1:4222', ...lasting, waitOnFirstConnect: true });
 */
export const lasting = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  reconnectJitter: 250,
  pingInterval: 2000,
  maxPingOut: 2,
  timeout: 4000,
  ignoreAuthErrorAbort: true,
} as const;

export interface ConnectOptions {
  /** File that holds the seed of an nkey. */
  readonly nkey?: string;
  /** First token of the subjects that answers come to; who has rights of its own may listen to its own only. */
  readonly inboxPrefix?: string;
  readonly name?: string;
}

/** The server cannot be reached, or does not let one in. */
class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/**
 * Connects for long. The first time, a server that is not there is an error.
 *
 * @throws ConnectError
 */
export async function connectTo(url: string, { nkey, inboxPrefix, name = 'hypertide' }: ConnectOptions = {}): Promise<NatsConnection> {
  try {
    const seed = nkey === undefined ? undefined : new TextEncoder().encode((await readFile(nkey, 'utf8')).trim());
    const { username, password, host } = new URL(url.includes('://') ? url : `nats://${url}`);
    return await connect({
      servers: host,
      name,
      ...lasting,
      ...(inboxPrefix !== undefined && { inboxPrefix }),
      ...(seed && { authenticator: nkeyAuthenticator(seed) }),
      ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    });
  } catch (cause) {
    throw new ConnectError(`${url}: ${(cause as Error).message}`, { cause });
  }
}
