import { accountStore } from '../../../streams/nats/accountStore.ts';
import { onLink } from '../../../streams/nats/connection/connection.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { inTime } from '../../monitoring/studyState.ts';
import type { WorkerMetrics } from '../../monitoring/workerMetrics.ts';
import type { Link } from '../../server/health.ts';
import type { connect } from '../../stores/connect.ts';
import { addressOf } from '../../text/address.ts';
import type { StatusLine } from '../../text/statusLine.ts';

type Connection = Awaited<ReturnType<typeof connect>>;

/** The monitor of this process. */
export interface Monitor {
  readonly metrics: Metrics;
  /** The connection of this process. */
  readonly link: (() => Link) | undefined;
  /** Measures a worker. @param slots how many programs it runs at a time. */
  ofWorker(slots: number): WorkerMetrics;
  /** Measures what the account of this process takes on its server. @param apiPrefix what requests to JetStream begin with there. */
  ofAccount(apiPrefix: string): void;
  close(): Promise<void>;
}

/**
 * The monitor of `--monitor`: serves `/healthz`, `/readyz` and `/metrics` at an address, and prints where. Anyone who can reach it can read the names of
 * studies and their best values. What it needs is loaded only if it is requested.
 *
 * @param address a port or host:port; undefined for no monitor.
 * @param nc is closed if the monitor cannot start.
 * @throws UsageError, ListenError
 */
export async function monitorFor(address: string | undefined, screen: StatusLine, nc?: Connection): Promise<Monitor | undefined> {
  if (address === undefined) return undefined;
  return monitor(address, screen, nc).catch(async (error: Error) => {
    await nc?.close();
    throw error;
  });
}

async function monitor(address: string, screen: StatusLine, nc: Connection | undefined): Promise<Monitor> {
  const { host = '127.0.0.1', port } = addressOf('--monitor', address);
  const [{ Metrics }, { WorkerMetrics }, { monitorApp }, { listen }] = await Promise.all([
    import('../../monitoring/metrics.ts'),
    import('../../monitoring/workerMetrics.ts'),
    import('../../server/health.ts'),
    import('../../server/listen.ts'),
  ]);
  const metrics = new Metrics();
  const link = nc && linkOf(nc, metrics);
  const { url, close } = await listen(monitorApp(metrics, link), host, port);
  screen.line(`metrics and health at ${url}metrics, ${url}readyz and ${url}healthz`);
  return {
    metrics,
    link: link && (() => link),
    ofWorker: (slots) => new WorkerMetrics(metrics, slots),
    ofAccount: (apiPrefix) => nc && measureAccount(nc, metrics, apiPrefix),
    close: () => {
      link?.end();
      return close();
    },
  };
}

/** Measures what the account of a connection takes on its server. */
export function measureAccount(nc: Connection, metrics: Metrics, apiPrefix?: string): void {
  const ask = inTime(accountStore(nc, apiPrefix));
  const stored = () => ask().catch(() => undefined); // without a connection, it is unknown
  metrics.gauge('account_store_bytes', 'Bytes that the streams of the account take on the server.', [], async (set) => {
    const store = await stored();
    if (store) set({}, store.bytes);
  });
  metrics.gauge('account_store_limit_bytes', 'The most bytes that these may take, if the account has a limit.', [], async (set) => {
    const store = await stored();
    if (store?.limit !== undefined) set({}, store.limit);
  });
}

/** Follows the state of a connection, also for the metrics. */
export function linkOf(nc: Connection, metrics: Metrics): Link & { end(): void } {
  let connected = true;
  const lost = metrics.counter('server_disconnects_total', 'How often the connection to the NATS server was lost.');
  const end = onLink(nc, (state) => {
    if (connected && state !== 'back') lost.inc();
    connected = state === 'back';
  });
  metrics.gauge('server_connected', '1 while this process is connected to the NATS server.', [], (set) => set({}, connected ? 1 : 0));
  return { connected: () => connected, closed: () => nc.isClosed(), end };
}
