import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { type JwtConfig, jwtConfig } from '../../../streams/nats/config/jwtConfig.ts';
import { listensFor, type ServerSettings, serversOf } from '../../../streams/nats/config/server.ts';
import type { KeyOf } from '../../../streams/nats/config/team.ts';
import { namingIn } from '../../../streams/nats/connection/connect.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { chartFiles } from './helm/chart.ts';
import { engineUsers, type Platform, unpinned } from './platformFile.ts';
import { unitText } from './units.ts';

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
 * The files of servers and processes that a platform declares.
 *
 * @param keyOf an existing secret by the name of its file. What is missing is made.
 * @param keysFrom the folder of the keys, as a path from the output
 * @param revoke users that have keys and are no longer declared, such as `vision/w2`, which running servers are to lock out
 */
export async function render(platform: Platform, keyOf: KeyOf, keysFrom: string, revoke: readonly string[] = []): Promise<Rendered> {
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
  const text = `# Made by hypertide server render. On the machines of engines and workers, it is in /etc/hypertide, and their keys are in /etc/hypertide/keys.
${stringify({ ...platform.declared, keys: 'keys' })}`;
  const chart = chartFiles({
    platform,
    accountOf: (team) => accounts.find(({ name }) => name === `${team}/studies`)!.key,
    engineWords: engineWords(platform, '/etc/hypertide/platform.yaml', '0.0.0.0:'),
    text,
  });
  return {
    accounts,
    removalOf,
    keys: { ...keys, ...(isCluster && { [CLUSTER_PASSWORD]: password }) },
    files: {
      ...Object.fromEntries(servers.map((server) => [`nats/${server.name}.conf`, textOf(server)])),
      'compose.yaml': composeText(platform, isCluster ? servers.map(({ name }) => name) : [], keysFrom),
      [HOSTED]: text,
      ...Object.fromEntries(Object.entries(chart).map(([path, text]) => [`chart/${path}`, text])),
      'systemd/hypertide-engine.service': unitText({
        description: 'Engine of hypertide for all teams',
        about: [
          '/etc/systemd/system/hypertide-engine.service: an engine. On a second machine, it is the standby.',
          `${HOSTED} is in /etc/hypertide, and ${[...new Set(teams.flatMap(engineUsers))].map((user) => `${user}.creds`).join(' and ')} of each team in /etc/hypertide/keys/<team>.`,
        ],
        words: engineWords(platform, '/etc/hypertide/platform.yaml'),
        writes: platform.archive,
      }),
      'systemd/hypertide-worker@.service': unitText({
        description: 'Worker %i of hypertide',
        about: [
          '/etc/systemd/system/hypertide-worker@.service: hypertide-worker@gpu1 is the worker gpu1 of platform.yaml, for all teams.',
          `${HOSTED} is in /etc/hypertide. Its programs are in /etc/hypertide/worker.yaml, and the gpu1.creds of each team in /etc/hypertide/keys/<team>.`,
        ],
        words: [
          ...['worker', '--platform', '/etc/hypertide/platform.yaml', '--config', '/etc/hypertide/worker.yaml'],
          ...['--name', '%i', '--log-format', 'json'],
        ],
        runsPrograms: true,
      }),
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

const engineWords = ({ monitor, nats }: Platform, file: string, host = ''): string[] => [
  'server',
  'start',
  '--platform',
  file,
  '--replicas',
  String(nats.replicas),
  '--monitor',
  `${host}${monitor}`,
  '--log-format',
  'json',
];

const CONFINED = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], restart: 'unless-stopped' };

/** Servers, an engine and its standby on one machine. Each container gets only the keys that it needs. */
function composeText(platform: Platform, servers: readonly string[], keys: string): string {
  const { images, teams, nats, archive } = platform;
  const secrets = teams.flatMap((team) =>
    engineUsers(team).map((user) => ({ name: `${team.name}-${user}`, path: `${team.name}/${user}.creds` })),
  );
  const engine = {
    image: images.hypertide,
    command: engineWords(platform, '/etc/hypertide/platform.yaml', '0.0.0.0:'),
    volumes: [`./${HOSTED}:/etc/hypertide/platform.yaml:ro`, ...(archive === undefined ? [] : [`${archive}:${archive}`])],
    secrets: secrets.map(({ name, path }) => ({ source: name, target: `/etc/hypertide/keys/${path}` })),
    ...(servers.length > 0 && { depends_on: servers }),
    ...CONFINED,
  };
  const services = Object.fromEntries(
    servers.map((name) => [
      name,
      {
        image: images.nats,
        command: ['-c', `/etc/nats/${name}.conf`],
        volumes: [`./nats/${name}.conf:/etc/nats/${name}.conf:ro`, `${name}:${nats.store}`],
        ...CONFINED,
      },
    ]),
  );
  return `# Made by hypertide server render: an engine and its standby, and the servers of a cluster, on one machine.\n${unpinned(platform, servers.length > 0 ? ['hypertide', 'nats'] : ['hypertide'])}${stringify(
    {
      name: 'hypertide',
      services: { ...services, engine, standby: engine },
      secrets: Object.fromEntries(secrets.map(({ name, path }) => [name, { file: `${keys}/${path}` }])),
      ...(servers.length > 0 && { volumes: Object.fromEntries(servers.map((name) => [name, null])) }),
    },
    { aliasDuplicateObjects: false, nullStr: '', lineWidth: 0 },
  )}`;
}
