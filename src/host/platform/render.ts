import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { type JwtConfig, jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { listensFor, type ServerSettings, serversOf } from '../../../streams/nats/config/serverConfig.ts';
import type { KeyOf } from '../../../streams/nats/config/team.ts';
import { namingIn } from '../../../streams/nats/connection/connect.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Platform } from './platformFile.ts';

/** What follows from a platform. */
export interface Rendered {
  /** The secrets, by the names of their files in the folder of keys. */
  readonly keys: Readonly<Record<string, string>>;
  /** The other files, by their paths in the output. Those of servers hold the password of the cluster. */
  readonly files: Readonly<Record<string, string>>;
  /** The accounts, for running servers. */
  readonly accounts: JwtConfig['accounts'];
  readonly removalOf: JwtConfig['removalOf'];
}

/** The file that engines and workers read. It has a folder of its own, so that you do not mistake it for the platform.yaml that you write. */
export const HOSTED = 'hypertide/platform.yaml';
/** The file of the password that the servers of a cluster show each other. */
const CLUSTER_PASSWORD = 'cluster.password';

/**
 * The configurations of servers that a platform declares, its keys, and its file for engines and workers.
 *
 * @param keyOf an existing secret by the name of its file. What is missing is made.
 * @param revoke users that have keys and are no longer declared, such as `vision/w2`, which running servers are to lock out
 */
export async function renderAll(platform: Platform, keyOf: KeyOf, revoke: readonly string[] = []): Promise<Rendered> {
  const { nats, teams, workers, days } = platform;
  const { store, tls } = nats;
  const shared: ServerSettings = {
    store,
    monitor: { port: nats.monitor },
    ...omitUndefined({ tls: tls && { cert: tls.cert, key: tls.key } }),
  };
  const password = keyOf(CLUSTER_PASSWORD) ?? randomBytes(24).toString('base64url');
  const isCluster = nats.cluster.length > 0;
  const servers = isCluster
    ? serversOf(nats.cluster, { ...shared, password, ...omitUndefined({ ca: tls?.ca }) })
    : [oneServer(nats.url, shared)];
  const members = teams.map(({ name, users, bytes }) => ({ name, trainers: [...new Set([...users, ...workers])], bytes }));
  const { prefix } = namingIn(nats.url);
  const { files: keys, accounts, removalOf, textOf } = await jwtConfig({ teams: members, prefix, keyOf, days, revoke });
  const hosted = { ...platform.declared, keys: 'keys' };
  return {
    accounts,
    removalOf,
    keys: { ...keys, ...(isCluster && { [CLUSTER_PASSWORD]: password }) },
    files: {
      ...Object.fromEntries(servers.map((server) => [`nats/${server.name}.conf`, textOf(server)])),
      [HOSTED]: `# Made by hypertide server render. On the machines of engines and workers, it is in /etc/hypertide, and their keys are in /etc/hypertide/keys.\n${stringify(hosted)}`,
    },
  };
}

/** The settings of the server at an address. */
function oneServer(url: string, { monitor, ...shared }: ServerSettings): ServerSettings & { readonly name: string } {
  const [, address = '', port] = /^\w+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:,/?]*)(?::(\d+))?/.exec(url) ?? [];
  const host = listensFor([address]);
  return {
    ...shared,
    name: 'nats',
    host,
    ...(monitor && { monitor: { host, ...monitor } }),
    ...(port !== undefined && { port: Number(port) }),
  };
}
