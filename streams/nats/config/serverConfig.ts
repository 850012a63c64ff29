import { OptionError } from '../../../src/errors.ts';

/** PEM files: a certificate and its key. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Settings of a server other than its users. */
export interface ServerSettings {
  /** Unique in its cluster. Default: one that the server makes up. */
  readonly name?: string;
  /** Directory of the streams, and of the accounts that a server with credentials has taken. Default: `nats-store`. */
  readonly store?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: Certificate;
  /** Where it answers requests for its health and its figures, to everybody. Default: nowhere. */
  readonly monitor?: { readonly host?: string; readonly port: number };
  readonly cluster?: ClusterSettings;
}

/** How a server finds the other servers of its cluster. Each has the same name and password of the cluster, and the same addresses. */
export interface ClusterSettings {
  readonly name: string;
  /** The address that it listens to for the others. */
  readonly host: string;
  readonly port: number;
  /** All of its servers, as `host:port`, with the ports for each other. */
  readonly routes: readonly string[];
  /** Without it, anyone who reaches the port can read and write all streams. */
  readonly password: string;
  /** PEM file with the authority that signs the certificates of the servers, if they have any. Default: those that the machine trusts. */
  readonly ca?: string;
}

/** Directory of the streams. */
export const STORE = 'nats-store';
const PORT = 4222;
/** The ports for other servers and for monitoring lie this far above the port for clients, as by NATS' own defaults. */
const ROUTES_ABOVE = 2000;
/** Seconds over which a server that is asked to sends its clients away, before it ends: the least that it accepts. */
const LAME_DUCK = 30;

/** The part of a nats-server.conf that does not depend on users. */
export function serverText(settings: ServerSettings): string {
  const { name, store = STORE, host = '127.0.0.1', port = PORT, tls, monitor, cluster } = settings;
  const about = cluster
    ? 'It holds the password of the cluster: let only the server read it'
    : 'It holds no secrets: the keys are in other files';
  const lines = [
    name !== undefined && `server_name: ${quoted(name)}`,
    `host: ${quoted(host)}`,
    `port: ${port}`,
    monitor && `http: ${quoted(`${monitor.host ?? '127.0.0.1'}:${monitor.port}`)}`,
    '# SIGTERM ends it gently: it hands its streams to other servers first. With thousands of clients, nats-server --signal ldm=<pid> also spreads',
    '# their reconnections over this time.',
    `lame_duck_duration: "${LAME_DUCK}s"`,
  ];
  return `# Made by hypertide. ${about}.
${lines.filter(Boolean).join('\n')}
${tls ? `\n${tlsText(tls)}\n` : ''}
jetstream {
  store_dir: ${quoted(store)}
  # Each message is on the disk before it is acknowledged. With the default, 2m, a power cut loses what was acknowledged before it.
  sync_interval: always
}
${cluster ? `\n${clusterText(cluster, tls)}\n` : ''}`;
}

function tlsText({ cert, key }: Certificate, more: readonly string[] = [], indent = ''): string {
  const lines = [`cert_file: ${quoted(cert)}`, `key_file: ${quoted(key)}`, ...more];
  return `tls {\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`;
}

const USER = 'cluster';

function clusterText({ name, host, port, routes, password, ca }: ClusterSettings, tls: Certificate | undefined): string {
  const checked = [...(ca === undefined ? [] : [`ca_file: ${quoted(ca)}`]), 'verify: true'];
  const own = routes.map((route) => quoted(`nats-route://${USER}:${encodeURIComponent(password)}@${route}`));
  return `cluster {
  name: ${quoted(name)}
  host: ${quoted(host)}
  port: ${port}
  authorization { user: ${USER}, password: ${quoted(password)} }
  routes: [
    ${own.join('\n    ')}
  ]${tls ? `\n  ${tlsText(tls, checked, '  ')}` : ''}
}`;
}

/** A server of a cluster. */
export interface Peer {
  readonly host: string;
  /** Its port for clients. Default: 4222. */
  readonly port?: number;
}

/** What the servers of a cluster share. */
export interface ClusterOptions extends Omit<ServerSettings, 'name' | 'cluster'> {
  /** Name of the cluster. Default: `hypertide`. */
  readonly name?: string;
  readonly password: string;
  readonly ca?: string;
}

/** The name of a server of a cluster: its host, and its port if other servers are on the same machine. */
export const serverName = ({ host, port = PORT }: Peer, members: readonly Peer[]): string =>
  members.filter((other) => other.host === host).length > 1 ? `${host}-${port}` : host;

/** The address that servers listen to, by the hosts at which clients find them: all, unless each of them is this machine. */
export const listensFor = (hosts: readonly string[]): string =>
  hosts.every((host) => host === 'localhost' || host.startsWith('127.')) ? '127.0.0.1' : '0.0.0.0';

/**
 * The settings of each server of a cluster. Its port for the other servers lies 2000 above that for clients, 6222 by default. Servers on one machine
 * have different ports, and a store each. They listen to all addresses, unless all of them are on this machine.
 *
 * @throws OptionError for fewer than three servers, since two cannot go on without each other, and for two of the same address.
 * @example
 * serversOf([{ host: 'n1' }, { host: 'n2' }, { host: 'n3' }], { host: '0.0.0.0', password }).map(serverText)
 */
export function serversOf(
  members: readonly Peer[],
  { name = 'hypertide', password, ca, ...shared }: ClusterOptions,
): readonly (ServerSettings & { readonly name: string })[] {
  if (members.length < 3) throw new OptionError('cluster', 'at least three servers: with fewer, none may be away', members.length);
  const odd = members.find(({ host }) => !/^[\w.:-]+$/.test(host)); // it names a file, too
  if (odd !== undefined) throw new OptionError('cluster', 'names or addresses of machines', odd.host);
  const usual = shared.port ?? PORT;
  const listens = shared.host ?? listensFor(members.map(({ host }) => host));
  const all = members.map(({ host, port = usual }) => ({ host, port, address: `${host.includes(':') ? `[${host}]` : host}` }));
  const routes = all.map(({ address, port }) => `${address}:${port + ROUTES_ABOVE}`);
  const twice = routes.find((route, i) => routes.indexOf(route) < i);
  if (twice !== undefined) throw new OptionError('cluster', 'servers with different addresses', all[routes.indexOf(twice)]!.host);
  return all.map(({ host, port }) => {
    const { store = STORE, monitor } = shared;
    const own = serverName({ host, port }, all);
    return {
      ...shared,
      name: own,
      host: listens,
      port,
      store: own === host ? store : `${store}/${own}`,
      ...(monitor && { monitor: { host: listens, ...monitor, port: monitor.port + port - usual } }),
      cluster: { name, password, host: listens, port: port + ROUTES_ABOVE, routes, ...(ca !== undefined && { ca }) },
    };
  });
}

export const quoted = (text: string): string => JSON.stringify(text);
