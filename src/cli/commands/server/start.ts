import { aborted, withResolvers } from '../../../../streams/promises.ts';
import { interruption } from '../../../host/interrupt.ts';
import { servePlatform } from '../../../host/platform/servePlatform.ts';
import { measured, openPlugins } from '../../../host/plugins.ts';
import { monitorFor } from '../../../host/serving/monitor.ts';
import { openShared, type Shared } from '../../../host/serving/placeToServe.ts';
import type { ServedPhase } from '../../../host/serving/served.ts';
import { servePlace } from '../../../host/serving/servePlace.ts';
import { usersIn } from '../../../host/serving/usersIn.ts';
import type { Connection } from '../../../stores/connection.ts';
import { accessOf } from '../../../stores/connectNats.ts';
import { checkPattern } from '../../../stores/namePattern.ts';
import { atMostOf } from '../../../study/atMost.ts';
import { checkResuming } from '../../../studyFile/checkResuming.ts';
import { readStudyFile } from '../../../studyFile/studyFile.ts';
import { addressOf } from '../../../text/address.ts';
import { ofStudy, type StatusLine } from '../../../text/statusLine.ts';
import { UsageError } from '../../../text/usage.ts';
import { BESIDE_PLATFORM, checkTogether, type Refused } from '../../checkTogether.ts';
import { declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { among, byteSize, flag, type Given, logFormat, many, time, value, wholeNumber } from '../../parts.ts';
import { withLog } from '../../terminal/withLog.ts';

const offered = {
  nats: value('url', 'serve on this NATS server (default: of the context)'),
  platform: value('file', 'serve all studies of the teams in this platform.yaml'),
  http: value('address', 'serve page, requests, agents, metrics at this port'),
  users: value('file', 'users, by "server users" (default: this machine only)'),
  proxy: many('host', 'host names of a proxy in front of the server'),
  folder: value('path', 'where requests create studies; those in it resume'),
  fsync: value('policy', 'HTTP: sync always, never, or at an interval (default)', { kind: among(['always', 'interval', 'never']) }),
  all: value('pattern', "NATS: also all studies that match, such as 'team-*'"),
  replicas: value('n', 'NATS: servers that keep a copy of a log (default: 1)', { kind: wholeNumber }),
  maxBytes: value('size', 'NATS: disk space of each log, which is reserved', { kind: byteSize }),
  checkpoints: value('size', 'NATS: disk space of all checkpoints (default: 10GB)', { kind: byteSize }),
  maxParallel: value('n', 'most parallel of a request (default: 1000)', { kind: wholeNumber }),
  maxTrials: value('n', 'most trials of a request', { kind: wholeNumber }),
  lease: value('time', 'silence after which a trial is lost (default: 30s)', { kind: time }),
  once: flag('end when all studies have closed'),
  monitor: value('address', 'serve /metrics, /readyz and /healthz at this port'),
  hooks: value('file', 'commands and webhooks to call on events (YAML)'),
  logFormat,
};

export const command = declare({
  description: 'Run studies for trainers on any machine, on a NATS server or over HTTP. Resumes studies that exist.',
  arguments: { files: many('files', 'study files') },
  options: offered,
  run: ({ files = [], ...options }, { connection, flags }) =>
    withLog(options.logFormat, async (log) => {
      const { http, platform, all, once, nats = http === undefined ? connection.server : undefined } = options;
      if (once && (platform ?? all) !== undefined) throw new UsageError('--once: expected study files alone: others begin later');
      const way = platform !== undefined ? 'platform' : nats !== undefined ? 'nats' : 'http';
      checkTogether({ ...REFUSED[way], ...(http === undefined && { users: ON_PAGE, proxy: ON_PAGE }) }, { ...options, ...flags });
      if (platform !== undefined) {
        if (files.length > 0) throw new UsageError('--platform: expected no study files: it serves all studies of its teams');
        return onServers(options, log, (shared, signal) => servePlatform(platform, shared, log, signal).then(() => 0));
      }
      if (nats !== undefined) return serveStudies(files, { ...options, nats }, connection, log);
      if (http === undefined) throw new UsageError('expected --nats with a server, or --http with an address');
      return serveOverHttp(files, { ...options, http }, log);
    }),
});

const ON_NATS = 'expected --nats as well; otherwise studies are in journals';
const IN_JOURNALS = 'expected --http without --nats: on a NATS server, studies are in its streams';
/** What each way of serving does not take, and why. */
const REFUSED = {
  platform: {
    nats: 'expected nats in platform.yaml instead',
    all: 'expected no pattern: --platform serves all studies of its teams',
    folder: IN_JOURNALS,
    fsync: IN_JOURNALS,
    ...BESIDE_PLATFORM,
  },
  nats: { folder: IN_JOURNALS, fsync: IN_JOURNALS },
  http: { all: ON_NATS, replicas: ON_NATS, maxBytes: ON_NATS, checkpoints: ON_NATS },
} as const satisfies Readonly<Record<string, Refused>>;
const ON_PAGE = 'expected --http as well';

/** Serves studies on servers until they are over, or until this process is interrupted. @returns the exit status */
async function onServers(
  options: Given<typeof offered>,
  screen: StatusLine,
  serve: (shared: Shared, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const shared = await openShared(options, screen);
  const { interrupted, release } = interruption();
  const ending = new AbortController();
  void interrupted.then(() => ending.abort());
  try {
    return await serve(shared, ending.signal);
  } finally {
    ending.abort();
    release();
    await shared.close();
  }
}

/** Runs studies of files on a server, and with `all` the others there. @returns the exit status */
export async function serveStudies(
  paths: readonly string[],
  options: Given<typeof offered> & { readonly nats: string },
  connection: Connection,
  screen: StatusLine,
): Promise<number> {
  const { nats, once = false, all } = options;
  if (paths.length === 0 && all === undefined) throw new UsageError('expected study files to serve, or --all with a pattern of names');
  if (all !== undefined) checkPattern('--all', all);
  const files = await Promise.all(paths.map(readStudyFile));
  const names = files.map((file) => file.options.study);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`two study files are named ${twice}`);
  for (const { strategy, options: described } of files) checkResuming({ strategy: strategy?.spec, resumes: described.resumes ?? false });
  const place = { nats, access: accessOf(connection.loginTo(nats)) };
  return onServers(options, screen, async (shared, signal) => {
    if (all !== undefined) return servePlace(place, shared, signal, { pattern: all, files }).then(() => 0);
    const { serving: engines } = await shared.open(place, signal);
    /** Studies that are not served now, since they have failed or were deleted, or the connection was closed. */
    const lost = new Map<string, ServedPhase>();
    const closed = new Set<string>();
    const { promise: over, resolve: end } = withResolvers<void>();
    const hear = (study: string, phase: ServedPhase) => {
      if (phase === 'failed' || phase === 'deleted' || phase === 'left') lost.set(study, phase);
      else lost.delete(study);
      if (phase === 'closed') closed.add(study);
      if (lost.size === files.length || (once && names.every((name) => closed.has(name) || lost.has(name)))) end();
    };
    for (const file of files) {
      const life = engines.study(file.options.study, async () => file);
      life.phases$.subscribe((phase) => hear(life.study, phase));
      life.send('begun');
    }
    await Promise.race([aborted(signal), over]);
    const outcomes = [...lost.values()];
    await engines.close();
    if (!signal.aborted && outcomes.length === files.length && !outcomes.includes('deleted')) return exitStatus.allFailed;
    if (outcomes.length > 0) return exitStatus.incomplete;
    return signal.aborted && once ? 130 : 0;
  });
}

/** Runs studies in journals for trainers that ask over HTTP, until it is interrupted. @returns the exit status */
export async function serveOverHttp(
  paths: readonly string[],
  options: Given<typeof offered> & { readonly http: string },
  screen: StatusLine,
): Promise<number> {
  const { http, users, proxy: names, folder: directory, lease, fsync, once = false } = options;
  if (paths.length === 0 && directory === undefined) throw new UsageError('expected study files, or --folder with studies');
  const [{ HostedStudies }, { checkOpenness, serveHttp }, { Metrics }] = await Promise.all([
    import('../../../host/hostedStudies.ts'), // an engine on a server needs neither metrics nor hono
    import('../../../server/serve.ts'),
    import('../../../monitoring/metrics.ts'),
  ]);
  const { host, port } = addressOf('--http', http);
  const permitted = await usersIn(users);
  checkOpenness({ host, names, users: permitted }); // before a study begins
  const files = await Promise.all(paths.map(readStudyFile));
  const observing = await openPlugins({ hooks: options.hooks }, screen);
  const monitor = await monitorFor(options.monitor, screen);
  const metrics = monitor?.metrics ?? new Metrics();
  const studies = new HostedStudies({
    directory,
    lease,
    atMost: atMostOf(options),
    fsync,
    plugins: [...observing.plugins, measured(metrics)],
    metrics,
    line: screen.line,
  });
  const { interrupted, release } = interruption();
  let close = async () => {};
  try {
    for (const file of files) await studies.host(file);
    if (directory !== undefined) await studies.resumeAll(directory);
    const server = await serveHttp(studies.served, { host, port, names, users: permitted });
    close = server.close;
    for (const name of studies.served.names) {
      const { host } = studies.served.open(name);
      ofStudy(screen, name)(host!.ledger.nextTrial > 1 ? 'resumed' : 'started');
    }
    screen.line(`serving at ${server.url}: the page, and requests below ${server.url}v1, which ${server.url}v1/openapi.json describes`);
    const why = await (once ? Promise.race([interrupted, studies.finished()]) : interrupted);
    return why === 'interrupted' && once ? 130 : 0;
  } finally {
    try {
      await studies.close();
    } finally {
      release(); // until here, another interrupt would end it before the studies have closed
      await close();
      await monitor?.close();
      await observing.close();
    }
  }
}
