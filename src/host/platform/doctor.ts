import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountStore } from '../../../streams/nats/accountStore.ts';
import { userOf } from '../../../streams/nats/config/revocation.ts';
import { serverName } from '../../../streams/nats/config/serverConfig.ts';
import { renewsWithin } from '../../../streams/nats/config/signers.ts';
import { connectTo, namingIn } from '../../../streams/nats/connection/connect.ts';
import { ailmentsOf } from '../../../streams/nats/place/ailments.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { messagesOf } from '../../errors.ts';
import { metricsAt, pageText } from './engineMetrics.ts';
import { type Platform, type PlatformTeam, placeOfTeam } from './platformFile.ts';

/** The usual port of servers. */
const PORT = 4222;
const DAY = 86_400_000;
/** The share of its room from which a team is named. */
const FILLED = 0.8;

/**
 * What of a running platform is not as it should be, as sentences that begin with what they are about. Files and accounts are compared by `plan`.
 *
 * @param engines addresses of the metrics of engines, such as `http://e1:9400`
 */
export async function examine(platform: Platform, engines: readonly string[], now = Date.now()): Promise<readonly string[]> {
  const found = await Promise.all([
    examineServers(platform),
    ...platform.teams.map((team) => examineTeam(platform, team, now)),
    ...engines.map(examineEngine),
  ]);
  const versions = new Map(found.flatMap(({ versions = [] }) => versions));
  const kinds = (kind: string) => new Set([...versions].flatMap(([name, version]) => (name.startsWith(kind) ? [version] : [])));
  const differing = ['server', 'engine'].filter((kind) => kinds(kind).size > 1);
  return [
    ...new Set(found.flatMap(({ sentences }) => sentences)), // engines of the same studies say the same
    ...differing.map(
      (kind) =>
        `${kind}s: their versions differ: ${[...versions].flatMap(([name, version]) => (name.startsWith(kind) ? `${name} ${version}` : [])).join(', ')}`,
    ),
  ];
}

interface Found {
  readonly sentences: readonly string[];
  /** Versions, by what has them. */
  readonly versions?: readonly (readonly [name: string, version: string])[];
}

/** What a server says of JetStream. Only the leader of the cluster names the other servers. */
interface JetStreamInfo {
  readonly meta_cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly name: string; readonly offline?: boolean }[];
  };
}

async function examineServers({ nats }: Platform): Promise<Found> {
  const hosts = nats.cluster.map((member) => ({
    name: serverName(member, nats.cluster),
    at: `http://${member.host}:${nats.monitor + (member.port ?? PORT) - PORT}`, // as `serversOf` places it
  }));
  const each = await Promise.all(
    hosts.map(async ({ name, at }): Promise<Found & { readonly counted?: readonly string[] }> => {
      try {
        await pageText(`${at}/healthz`);
        const { version } = JSON.parse(await pageText(`${at}/varz`)) as { readonly version: string };
        const { meta_cluster: { leader, replicas } = {} } = JSON.parse(await pageText(`${at}/jsz`)) as JetStreamInfo;
        const counted = leader === name && replicas?.flatMap((other) => (other.offline ? [] : [other.name]));
        return { sentences: [], versions: [[`server ${name}`, version]], ...(counted && { counted: [name, ...counted] }) };
      } catch (error) {
        return { sentences: [`server ${name}: ${at}/healthz: ${(error as Error).message}`] };
      }
    }),
  );
  const counted = each.find(({ counted }) => counted)?.counted;
  const left = hosts.filter(({ name }, i) => counted && !counted.includes(name) && each[i]!.sentences.length === 0);
  return {
    sentences: [
      ...each.flatMap(({ sentences }) => sentences),
      ...left.map(({ name }) => `server ${name}: it runs, but ${counted![0]}, which leads the cluster, does without it: restart ${name}`),
    ],
    versions: each.flatMap(({ versions = [] }) => versions),
  };
}

async function examineTeam(platform: Platform, team: PlatformTeam, now: number): Promise<Found> {
  const { name, users } = team;
  const people = ['engine', 'admin', ...users, ...platform.workers];
  const endings = people.flatMap((user) => {
    const file = join(platform.keys, name, `${user}.creds`);
    if (!existsSync(file)) return [`${name}/${user}: it has no credentials: hypertide server apply makes them`];
    const { exp } = userOf(file, readFileSync(file, 'utf8'));
    const left = exp === undefined || exp === 0 ? Number.POSITIVE_INFINITY : (exp * 1000 - now) / DAY;
    if (left >= renewsWithin(platform.days)) return [];
    const when = left <= 0 ? 'have ended' : `end in ${Math.ceil(left)} days`;
    return [`${name}/${user}: its credentials ${when}: hypertide server apply makes new ones`];
  });
  try {
    return { sentences: [...endings, ...(await examineStudies(platform, team))] };
  } catch (error) {
    return { sentences: [...endings, `team ${name}: ${messagesOf(error).join('; ')}`] };
  }
}

async function examineStudies(platform: Platform, team: PlatformTeam): Promise<string[]> {
  const { nats, access } = placeOfTeam(platform, team, 'admin');
  const nc = await connectTo(nats, { inboxPrefix: '_INBOX_viewer', ...access });
  try {
    const naming = namingIn(nats);
    const listed = await serverPlace(nc, nats, naming).list();
    const studies = listed.flatMap(({ study, status, error }) => {
      if (error !== undefined) return [`${team.name}.${study}: it has failed: ${error}`];
      return status?.waits === undefined ? [] : [`${team.name}.${study}: it waits: ${status.waits}`];
    });
    const stored = listed.filter(({ archive }) => archive === undefined);
    const ailments = await ailmentsOf(nc, naming, stored);
    const store = await accountStore(nc, naming.apiPrefix)();
    const share = store?.limit === undefined ? 0 : store.bytes / store.limit;
    return [
      ...studies,
      ...ailments.map((sentence) => `${team.name}.${sentence}`),
      ...(share >= FILLED ? [`team ${team.name}: its studies take ${Math.round(100 * share)} % of its room on the servers`] : []),
    ];
  } finally {
    await nc.close();
  }
}

async function examineEngine(at: string): Promise<Found> {
  try {
    const valuesOf = await metricsAt(at);
    const stuck = valuesOf('stuck_trials').flatMap(({ labels, value }) =>
      value > 0
        ? [
            `${labels.study}: ${value} ${value === 1 ? 'trial has' : 'trials have'} been silent for long: hypertide trial list shows the workers`,
          ]
        : [],
    );
    const full = valuesOf('store_full').flatMap(({ labels, value }) =>
      value > 0 ? [`${labels.study}: the servers have no room for its facts`] : [],
    );
    const apart = valuesOf('server_connected').flatMap(({ labels, value }) =>
      value === 0 ? [`engine ${at}: it is not connected for the team ${labels.team}`] : [],
    );
    return {
      sentences: [...stuck, ...full, ...apart],
      versions: valuesOf('info').map(({ labels }) => [`engine ${at}`, labels.version!] as const),
    };
  } catch (error) {
    return { sentences: [`engine ${(error as Error).message}`] };
  }
}
