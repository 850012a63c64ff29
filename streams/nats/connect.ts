import { readFile } from 'node:fs/promises';
import { type NatsConnection, nkeys } from '@nats-io/nats-core';
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
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
}

/**
 * Connects for long. The first time, a server that is not there is an error.
 *
 * @throws ConnectError
 */
export async function connectTo(url: string, { nkey, inboxPrefix, name = 'hypertide' }: ConnectOptions = {}): Promise<NatsConnection> {
  const { username, password, host } = placeOf(url);
  const seed = nkey === undefined ? undefined : await seedIn(nkey);
  try {
    return await connect({
      servers: host,
      name,
      ...lasting,
      ...(inboxPrefix !== undefined && { inboxPrefix }),
      ...(seed && { authenticator: nkeyAuthenticator(seed) }),
      ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    });
  } catch (cause) {
    throw new ConnectError(`${host}: ${(cause as Error).message}`, { cause });
  }
}

function placeOf(url: string): URL {
  const full = url.includes('://') ? url : `nats://${url}`;
  if (!URL.canParse(full)) throw new ConnectError(`${url}: expected the address of a server, such as nats://127.0.0.1:4222`);
  return new URL(full);
}

async function seedIn(file: string): Promise<Uint8Array> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new ConnectError(`${file}: cannot be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`, { cause });
  });
  const seed = new TextEncoder().encode(text.trim());
  try {
    nkeys.fromSeed(seed);
  } catch (cause) {
    throw new ConnectError(`${file}: expected the seed of an nkey, such as hypertide nats-config writes`, { cause });
  }
  return seed;
}
