import { accountStore } from '../../../streams/nats/accountStore.ts';
import { onLink } from '../../../streams/nats/connection/connection.ts';
import type { Metrics } from '../../monitoring/metrics.ts';
import { inTime } from '../../monitoring/studyState.ts';
import type { WorkerMetrics } from '../../monitoring/workerMetrics.ts';
import type { Link } from '../../server/health.ts';
import type { connect } from '../../stores/connectNats.ts';
import { addressOf } from '../../text/address.ts';
import type { StatusLine } from '../../text/statusLine.ts';

type Connection = Awaited<ReturnType<typeof connect>>;

/** The monitor of this process. */
export interface Monitor {
  readonly metrics: Metrics;
  readonly links: Links;
  /** Measures a worker. @param slots how many programs it runs at a time. */
  ofWorker(slots: number): WorkerMetrics;
  close(): Promise<void>;
}

/**
 * The monitor of `--monitor`: serves `/healthz`, `/readyz` and `/metrics` at an address, and prints where. Anyone who can reach it can read the names of
 * studies and their best values. What it needs is loaded only if it is requested.
 *
 * @param address a port or host:port; undefined for no monitor.
 * @throws UsageError, ListenError
 */
export async function monitorFor(address: string | undefined, screen: StatusLine): Promise<Monitor | undefined> {
  if (address === undefined) return undefined;
  const { host = '127.0.0.1', port } = addressOf('--monitor', address);
  const [{ Metrics }, { WorkerMetrics }, { monitorApp }, { serveApp: listen }] = await Promise.all([
    import('../../monitoring/metrics.ts'),
    import('../../monitoring/workerMetrics.ts'),
    import('../../server/health.ts'),
    import('../../server/listen.ts'),
  ]);
  const metrics = new Metrics();
  const links = new Links(metrics);
  const { url, close } = await listen(monitorApp(metrics, links), host, port);
  screen.line(`metrics and health at ${url}metrics, ${url}readyz and ${url}healthz`);
  return {
    metrics,
    links,
    ofWorker: (slots) => new WorkerMetrics(metrics, slots),
    close: () => {
      links.end();
      return close();
    },
  };
}

/** A connection to a server, from the moment when it is wanted. */
interface LinkState {
  readonly team: string | undefined;
  nc?: Connection;
  connected: boolean;
  end(): void;
  /** What the streams of its account take there. */
  store?: () => Promise<{ readonly bytes: number; readonly limit?: number | undefined } | undefined>;
}

/** The connections of this process, for its health and its metrics. Those of several teams have the label `team`. */
export class Links implements Link {
  readonly #links: LinkState[] = [];
  readonly #lost: ReturnType<Metrics['counter']>;

  constructor(metrics: Metrics) {
    this.#lost = metrics.counter('server_disconnects_total', 'How often the connection to the NATS server was lost.', 'team');
    metrics.gauge('server_connected', '1 while this process is connected to the NATS server.', ['team'], (set) => {
      for (const { team, connected } of this.#links) set(labelsOf(team), connected ? 1 : 0);
    });
    metrics.gauge('account_store_bytes', 'Bytes that the streams of the account take on the server.', ['team'], (set) =>
      this.#stored((labels, { bytes }) => set(labels, bytes)),
    );
    metrics.gauge('account_store_limit_bytes', 'The most bytes that these may take, if the account has a limit.', ['team'], (set) =>
      this.#stored((labels, { limit }) => limit !== undefined && set(labels, limit)),
    );
  }

  /**
   * Adds a connection that the process needs.
   *
   * @returns called once there is one. `apiPrefix` is what requests to JetStream begin with, where the account is to be measured.
   */
  expect(team?: string): (nc: Connection, apiPrefix?: string) => void {
    const link: LinkState = { team, connected: false, end: () => {} };
    this.#links.push(link);
    this.#lost.inc(labelsOf(team), 0); // shown from the start, so that the first loss is an increase
    return (nc, apiPrefix) => {
      link.end();
      link.nc = nc;
      link.connected = true;
      link.end = onLink(nc, (state) => {
        if (link.connected && state !== 'back') this.#lost.inc(labelsOf(team));
        link.connected = state === 'back';
      });
      if (apiPrefix !== undefined) link.store = inTime(accountStore(nc, apiPrefix));
    };
  }

  /** A team is no longer served. */
  forget(team: string): void {
    const at = this.#links.findIndex((link) => link.team === team);
    for (const { end } of at < 0 ? [] : this.#links.splice(at, 1)) end();
    this.#lost.remove(labelsOf(team));
  }

  /** Whether one of them is there; undefined if the process needs none. */
  connected(): boolean | undefined {
    return this.#links.length === 0 ? undefined : this.#links.some(({ connected }) => connected);
  }

  closed(): boolean {
    return this.#links.length > 0 && this.#links.every(({ nc }) => nc?.isClosed());
  }

  end(): void {
    for (const link of this.#links) link.end();
  }

  async #stored(take: (labels: Labels, size: { readonly bytes: number; readonly limit?: number | undefined }) => void): Promise<void> {
    const asked = this.#links.map(async ({ team, store }) => {
      const size = await store?.().catch(() => undefined); // without a connection, it is unknown
      if (size) take(labelsOf(team), size);
    });
    await Promise.all(asked);
  }
}

type Labels = Readonly<Partial<Record<'team', string>>>;
const labelsOf = (team: string | undefined): Labels => (team === undefined ? {} : { team });
