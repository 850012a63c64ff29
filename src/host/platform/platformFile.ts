import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Peer } from '../../../streams/nats/config/serverConfig.ts';
import { checkName } from '../../../streams/nats/protocol/subjects.ts';
import { type Amount, amount, amountIn, secondsOf, timeAmount } from '../../schema/amount.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { notNegative, positive, text, wholeFrom } from '../../schema/optionRules.ts';
import { fault } from '../../space/check.ts';
import { checkedBy, fields, mapping, nonEmptyListOf, type ShapeOf } from '../../space/shape.ts';
import { readDocument } from '../../studyFile/readDocument.ts';
import { addressOf } from '../../text/address.ts';
import type { Place } from '../serving/placeToServe.ts';
import type { Quota } from '../serving/quota.ts';
import { type ArchiveOptions, type RetireOptions, UNLOAD } from '../serving/retireOptions.ts';

/** Teams that share servers, engines and workers, as platform.yaml declares them. */
export interface Platform {
  readonly nats: PlatformServers;
  /** The folder of the keys of all teams. */
  readonly keys: string;
  /** The names of the workers that serve all teams. */
  readonly workers: readonly string[];
  /** Days until new credentials end, except those of engines. Default: never. */
  readonly days: number | undefined;
  readonly teams: readonly PlatformTeam[];
  /** The file as data. */
  readonly declared: object;
}

/** Servers of NATS: some that are there already, or a cluster. */
export interface PlatformServers {
  /** Where clients find them. */
  readonly url: string;
  /** The servers of the cluster; empty for one server. */
  readonly cluster: readonly Peer[];
  /** How many of them keep a copy of a study. */
  readonly replicas: number;
  readonly store: string;
  /** The port of their health and their figures. */
  readonly monitor: number;
  /** Paths on the machines of the servers. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string | undefined } | undefined;
}

export interface PlatformTeam {
  readonly name: string;
  /** The names of its own trainers. */
  readonly users: readonly string[];
  /** Its share of the time of the workers, relative to the other teams. */
  readonly weight: number;
  readonly quota: Quota;
  /** When its closed studies are unloaded and archived. */
  readonly retire: RetireOptions;
  /** The disk space that the servers grant to it, for all copies of its studies. */
  readonly bytes: number | undefined;
}

const name = checkedBy(text);
const port = checkedBy(wholeFrom(1));
const amounts = (expected: string) => mapping(checkedBy(notNegative), expected);
const quota = fields(
  {},
  {
    parallel: checkedBy(wholeFrom(0)),
    slots: amounts('amounts by name, such as { gpu: 8 }'),
    spend: amounts('sums of metrics, such as { usd: 100 }'),
    bytes: checkedBy(amount),
  },
);
const nats = fields(
  {},
  {
    url: name,
    cluster: nonEmptyListOf(name),
    store: name,
    monitor: port,
    tls: fields({ cert: name, key: name }, { ca: name }),
  },
);
const retention = fields({}, { unload: checkedBy(timeAmount), archive: checkedBy(timeAmount) });
const team = fields({}, { users: nonEmptyListOf(name), weight: checkedBy(positive), quota, retention });
const layout = fields(
  { nats, teams: mapping(team, 'names of teams') },
  {
    keys: name,
    archive: fields({ to: name }, {}),
    workers: nonEmptyListOf(name),
    days: checkedBy(positive),
  },
);
type Layout = ReturnType<typeof layout.read>;

/**
 * Reads platform.yaml. Paths in it are relative to its folder.
 *
 * @throws StudyFileError with the place in the file
 */
export const readPlatform = (path: string): Promise<Platform> =>
  readDocument(path, (data) => {
    const { nats, teams, workers = [], days, archive, ...more } = layout.read('platform', data);
    const servers = serversIn(nats);
    const keys = resolve(dirname(path), more.keys ?? 'keys');
    checkNames('workers', workers);
    if (archive && !isAbsolute(archive.to)) throw fault('archive.to', 'an absolute path, on the machines of the engines', archive.to);
    return {
      nats: servers,
      keys,
      workers,
      days,
      declared: data as object,
      teams: Object.entries(teams).map(([name, data]) => {
        const into = archive && { to: join(archive.to, name), as: join(keys, name, 'admin.creds') };
        return teamIn(name, data, servers.replicas, into);
      }),
    };
  });

function serversIn({ url, cluster, tls, store = '/var/lib/nats', monitor = 8222 }: Layout['nats']): PlatformServers {
  if ((url === undefined) === (cluster === undefined))
    throw fault('nats', 'url, of servers that are there, or cluster, with the names of their machines', { url, cluster });
  const members = (cluster ?? []).map(
    (host, i): Peer => (/:\d+$/.test(host) ? { host, ...addressOf(`nats.cluster[${i}]`, host) } : { host }),
  );
  const scheme = tls ? 'tls' : 'nats';
  const addresses = members.map(({ host, port }) => `${scheme}://${host}${port === undefined ? '' : `:${port}`}`);
  return { url: url ?? addresses.join(','), cluster: members, replicas: members.length >= 3 ? 3 : 1, store, monitor, tls };
}

/** Where the archives of a team are, and the login that may delete its studies. */
type ArchivedAt = Omit<ArchiveOptions, 'after'> | undefined;

function retireOf(path: string, { unload, archive }: ShapeOf<typeof retention> = {}, into: ArchivedAt): RetireOptions {
  const after = secondsOf(archive);
  if (after !== undefined && !into)
    throw fault(`${path}.archive`, 'the folder of the archives as well, as archive: { to: /srv/archives }', archive);
  return { unloadAfter: secondsOf(unload) ?? UNLOAD, archive: after === undefined || !into ? undefined : { after, ...into } };
}

function teamIn(
  team: string,
  { users = [], weight = 1, quota: given = {}, retention }: Layout['teams'][string],
  replicas: number,
  into: ArchivedAt,
): PlatformTeam {
  checkName(`teams.${team}`, team);
  checkNames(`teams.${team}.users`, users);
  const { bytes, ...quota } = given;
  const room = bytes === undefined ? undefined : amountIn(bytes as Amount)! * replicas; // NATS counts each copy
  const retire = retireOf(`teams.${team}.retention`, retention, into);
  return { name: team, users, weight, quota, retire, bytes: room };
}

function checkNames(path: string, names: readonly string[]): void {
  for (const [i, name] of names.entries()) checkName(`${path}[${i}]`, name);
}

/** Where the studies of a team are, with the login of its engine or of a worker. */
export const placeOfTeam = ({ nats, keys }: Platform, { name }: PlatformTeam, user = 'engine'): Place & { readonly team: string } => ({
  nats: nats.url,
  access: omitUndefined({ creds: join(keys, name, `${user}.creds`), tlsCa: nats.tls?.ca }),
  team: name,
});
