import { readFile } from 'node:fs/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';

export interface ConnectOptions {
  /** File that holds the seed of an nkey. */
  readonly nkey?: string;
  /** First token of the subjects that answers come to; who has rights of its own may listen to its own only. */
  readonly inboxPrefix?: string;
  readonly name?: string;
}

/** The server cannot be reached, or does not let one in. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/**
 * Connects with settings that outlast a server: it never gives up, and notices a dead link within seconds. The first time, a server that
 * is not there is an error.
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
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      pingInterval: 2000,
      maxPingOut: 2,
      ignoreAuthErrorAbort: true,
      ...(inboxPrefix !== undefined && { inboxPrefix }),
      ...(seed && { authenticator: nkeyAuthenticator(seed) }),
      ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    });
  } catch (cause) {
    throw new ConnectError(`${url}: ${(cause as Error).message}`, { cause });
  }
}
