import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { type NatsConnection, nkeys } from '@nats-io/nats-core';
import { connect, credsAuthenticator, type NodeConnectionOptions, nkeyAuthenticator } from '@nats-io/transport-node';
import { UserError } from '../../../src/errors.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { namingOf, type StudyNaming } from '../protocol/subjects.ts';
import { whyUnreachable } from './whyUnreachable.ts';

/**
 * Settings for a connection that survives failures of server and network: it never gives up, and detects a dead link within five seconds, also while
 * it connects. By default, the client gives up after ten attempts.
 *
 * @example
 * const nc = await connect({ servers: 'nats://127.0.0.1:4222', ...reconnectOptions, waitOnFirstConnect: true });
 */
export const reconnectOptions = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  reconnectJitter: 250,
  pingInterval: 1500,
  maxPingOut: 2,
  timeout: 4000,
  ignoreAuthErrorAbort: true,
} as const;

/** How to log in. At most one of `nkey` and `creds`. */
export interface Access {
  /** File that holds the seed of an nkey. */
  readonly nkey?: string;
  /** File with a JWT and its seed, as `nsc` writes it. */
  readonly creds?: string;
  /** Files in PEM: the authority that the server's certificate is checked against, and the client's own certificate with its key. */
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

export interface ConnectOptions extends Access {
  /** First token of the subjects for answers. A restricted user may subscribe only to its own. */
  readonly inboxPrefix?: string;
  readonly name?: string;
}

/** The server cannot be reached, or refuses the login. */
export class ConnectError extends UserError {
  override readonly name = 'ConnectError';
  readonly code = 'no-connection';
  /** Whether nothing answered, so that the server may only be down for a while. */
  readonly isAway: boolean;

  constructor(
    message: string,
    { isAway = false, ...options }: ErrorOptions & { readonly todo?: string | undefined; readonly isAway?: boolean } = {},
  ) {
    super(message, options);
    this.isAway = isAway;
  }
}

/**
 * Connects for as long as the process needs. At first, a server that cannot be reached is an error.
 *
 * @param urls one address or several, with commas between: `nats://` is encrypted where the server wants it, `tls://` always. A user and a
 *   password, or a token alone, may stand in the first one; `namingIn` reads what follows a question mark.
 * @throws ConnectError
 * @example
 * const nc = await connectTo('tls://a.example.com,tls://b.example.com', { creds: 'w1.creds', tlsCa: 'ca.pem' });
 */
export async function connectTo(
  urls: string,
  { inboxPrefix, name = 'hypertide', ...access }: ConnectOptions = {},
): Promise<NatsConnection> {
  const places = urls.split(',').map((url) => placeOf(url.trim()));
  const hosts = places.map(({ host }) => host);
  const authenticator = await authenticatorOf(access);
  const files = await certificates(access);
  const isEncrypted = Object.keys(files).length > 0 || places.some(({ protocol }) => protocol === 'tls:');
  const options = {
    servers: hosts,
    name,
    ...reconnectOptions,
    ...loginOf(places.find((place) => place.username) ?? places[0]!),
    ...omitUndefined({
      inboxPrefix,
      authenticator,
      tls: isEncrypted ? { ...files, checkServerIdentity: identityOf(places) } : undefined,
    }),
  };
  try {
    return await connectAtFirst(options, hosts.length + TRIES);
  } catch (cause) {
    const hasLogin = authenticator !== undefined || places.some(({ username }) => username !== '');
    const hasCertificate = access.tlsCert !== undefined;
    const { why, todo, isAway = false } = await whyUnreachable(cause as Error, { places, isEncrypted, hasLogin, hasCertificate });
    throw new ConnectError(`${hosts.join(', ')}: ${why}`, { cause, todo, isAway });
  }
}

/** How often servers of a cluster that were not named are tried, before the first connection. */
const TRIES = 10;

/** Connects, or gives up: each server of a cluster that refuses a login names all of them again, so the client would try for ever. */
async function connectAtFirst(options: NodeConnectionOptions, tries: number): Promise<NatsConnection> {
  const { reconnectTimeWait, reconnectJitter } = reconnectOptions;
  const giveUp = new Error('no server of the cluster accepts the connection');
  let left = tries;
  const reconnectDelayHandler = () => {
    if (left-- === 0) throw giveUp;
    return reconnectTimeWait + (performance.now() % reconnectJitter);
  };
  try {
    const nc = await connect({ ...options, reconnectDelayHandler });
    left = Number.POSITIVE_INFINITY;
    return nc;
  } catch (error) {
    if (error === giveUp) await connect({ ...options, ignoreClusterUpdates: true }).then((nc) => nc.close()); // throws what the named ones say
    throw error;
  }
}

/**
 * Checks the name in a certificate. With an address instead of a name, there is no name in TLS, and Node would check the certificate for `localhost`
 * instead: it would refuse one for the address, and accept one of any other server for `localhost`.
 */
function identityOf(places: readonly URL[]) {
  const hosts = places.map(({ hostname }) => hostname.replace(/^\[|\]$/g, ''));
  const unnamed = hosts.filter((host) => isIP(host) > 0 || host === 'localhost');
  return (name: string, certificate: PeerCertificate): Error | undefined => {
    if (name !== 'localhost' || unnamed.length === 0) return checkServerIdentity(name, certificate);
    const errors = unnamed.map((host) => checkServerIdentity(host, certificate));
    return errors.includes(undefined) ? undefined : errors[0];
  };
}

/** The parts of an address that say how studies are named on its server, and the option that each one is. */
const NAMING = { prefix: 'prefix', domain: 'domain', api: 'apiPrefix' } as const;

/**
 * How studies are named on a server, as its address says.
 *
 * @throws ConnectError; OptionError
 * @example
 * namingIn('nats://example.com?prefix=acme.ml&domain=hub');
 */
export function namingIn(urls: string): StudyNaming {
  const said = urls.split(',').flatMap((url) => [...placeOf(url.trim()).searchParams]);
  return namingOf(Object.fromEntries(said.map(([name, value]) => [NAMING[name as keyof typeof NAMING], value])));
}

function loginOf(place: URL) {
  const [username, password] = [place.username, place.password].map(decodeURIComponent);
  if (!username) return {};
  return password ? { user: username, pass: password } : { token: username };
}

/** @throws ConnectError for an invalid address or an unsupported scheme: using another scheme instead could reveal a password. */
function placeOf(url: string): URL {
  const full = url.includes('://') ? url : `nats://${url}`;
  const shown = full.replace(/\/\/[^@/]*@/, '//');
  if (!URL.canParse(full)) throw new ConnectError(`${shown}: expected the address of a server, such as nats://127.0.0.1:4222`);
  const place = new URL(full);
  if (place.protocol !== 'nats:' && place.protocol !== 'tls:')
    throw new ConnectError(`${shown}: expected nats:// or tls://, got ${place.protocol}//, which is not supported`);
  const other = [...place.searchParams.keys()].find((name) => !Object.hasOwn(NAMING, name));
  if (other !== undefined) throw new ConnectError(`${shown}: expected prefix, domain or api after the question mark, got ${other}`);
  return place;
}

async function authenticatorOf({ nkey, creds }: Access) {
  if (nkey !== undefined && creds !== undefined) throw new ConnectError('expected the seed of an nkey or a file of credentials, got both');
  if (nkey !== undefined) return nkeyAuthenticator(await seedIn(nkey));
  if (creds === undefined) return undefined;
  let known = await bytesIn(creds);
  return credsAuthenticator(() => {
    try {
      known = readFileSync(creds); // each time, since credentials that end are replaced before that
    } catch {}
    return known;
  });
}

/** The contents of the files. They are read here so that errors name the file. */
async function certificates({ tlsCa, tlsCert, tlsKey }: Access) {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new ConnectError('expected a certificate and its key, got only one of them');
  const text = async (file: string) => new TextDecoder().decode(await bytesIn(file));
  return omitUndefined({
    ca: tlsCa === undefined ? undefined : await text(tlsCa),
    cert: tlsCert === undefined ? undefined : await text(tlsCert),
    key: tlsKey === undefined ? undefined : await text(tlsKey),
  });
}

const bytesIn = (file: string): Promise<Uint8Array> =>
  readFile(file).catch((cause) => {
    throw new ConnectError(`${file}: cannot be read: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`, { cause });
  });

async function seedIn(file: string): Promise<Uint8Array> {
  const seed = new TextEncoder().encode(new TextDecoder().decode(await bytesIn(file)).trim());
  try {
    nkeys.fromSeed(seed);
  } catch (cause) {
    throw new ConnectError(`${file}: expected the seed of an nkey`, { cause });
  }
  return seed;
}
