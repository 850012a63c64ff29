import { Metrics } from '../monitoring/metrics.ts';
import { checkOpenness, serveHttp } from '../server/serve.ts';
import { atMostOf } from '../study/atMost.ts';
import { readStudyFile } from '../studyFile/studyFile.ts';
import { addressOf } from '../text/address.ts';
import type { StatusLine } from '../text/statusLine.ts';
import { ofStudy } from '../text/statusLine.ts';
import { UsageError } from '../text/usage.ts';
import { HostedStudies } from './hostedStudies.ts';
import { interruption } from './interrupt.ts';
import { measured, openPlugins } from './plugins.ts';
import { monitorFor } from './serving/monitor.ts';
import { usersIn } from './serving/usersIn.ts';

interface ServeHttpOptions {
  readonly http: string;
  readonly users?: string;
  readonly proxy?: readonly string[];
  readonly folder?: string;
  readonly monitor?: string;
  readonly hooks?: string;
  readonly lease?: number;
  readonly maxParallel?: number;
  readonly maxTrials?: number;
  readonly replicas?: number;
  readonly fsync?: 'always' | 'interval' | 'never';
  readonly once?: boolean;
}

/** `hypertide serve --http`: runs studies in journals for trainers that ask over HTTP, until it is interrupted. Resolves with the exit status. */
export async function serveOverHttp(paths: readonly string[], options: ServeHttpOptions, screen: StatusLine): Promise<number> {
  const { http, users, proxy: names, folder: directory, lease, replicas, fsync, once = false } = options;
  if (replicas !== undefined) throw new UsageError('--replicas: expected --nats as well; otherwise studies are in journals');
  if (paths.length === 0 && directory === undefined) throw new UsageError('expected study files, or --folder with studies');
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
