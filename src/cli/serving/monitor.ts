import { Hono } from 'hono';
import { onLink } from '../../../streams/nats/connection/connection.ts';
import { listen } from '../../dashboard/listen.ts';
import { healthRoutes, type Link, metricsRoute } from '../../monitoring/health.ts';
import { Metrics } from '../../monitoring/metrics.ts';
import { WorkerMetrics } from '../../monitoring/workerMetrics.ts';
import type { connect } from '../sources/connect.ts';
import type { StatusLine } from '../terminal/statusLine.ts';
import { addressOf } from './address.ts';

type Connection = Awaited<ReturnType<typeof connect>>;

/** The monitor of this process. */
export interface Monitor {
  readonly metrics: Metrics;
  /** Measures a worker. @param slots how many programs it runs at a time. */
  ofWorker(slots: number): WorkerMetrics;
  close(): Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` at an address, and prints where. Anyone who can reach it can read the names of studies and their best
 * values.
 *
 * @param address a port or host:port.
 * @throws UsageError, ListenError
 */
export async function monitor(address: string, screen: StatusLine, nc?: Connection): Promise<Monitor> {
  const { host = '127.0.0.1', port } = addressOf('--monitor', address);
  const metrics = new Metrics();
  const link = nc && linkOf(nc, metrics);
  const app = new Hono();
  healthRoutes(app, metrics, link);
  metricsRoute(app, metrics);
  const { url, close } = await listen(app, host, port);
  screen.line(`metrics and health at ${url}metrics, ${url}readyz and ${url}healthz`);
  return {
    metrics,
    ofWorker: (slots) => new WorkerMetrics(metrics, slots),
    close: () => {
      link?.end();
      return close();
    },
  };
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
