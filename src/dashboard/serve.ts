import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { UserError } from '../errors.ts';
import { isLoopback, newToken } from './access.ts';
import { dashboardApp } from './app.ts';
import { Metrics } from './metrics.ts';
import { Studies } from './studies.ts';

export interface DashboardOptions {
  /** The address to listen on. Default 127.0.0.1; on any other one, reading needs the token too. */
  readonly host?: string;
  /** Default: one that is free. */
  readonly port?: number;
  /** The secret that permits acting. Default: a random one. */
  readonly token?: string;
  /** Host names of a proxy in front of it. With a proxy, reading needs the token too. */
  readonly names?: readonly string[];
  readonly warn?: (message: string) => void;
}

export interface Dashboard {
  readonly studies: Studies;
  /** Where the page is. */
  readonly url: string;
  /** The same with the token, which permits acting. */
  readonly ownerUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

/** The address cannot be listened at. */
class ListenError extends UserError {
  override readonly name = 'ListenError';
  readonly code = 'cannot-listen';
}

/** Milliseconds that pages have to receive the last event. */
const LAST_WORDS = 500;

/** Serves the dashboard until it is closed; studies are added to it at any time. */
export async function dashboard(options: DashboardOptions = {}): Promise<Dashboard> {
  const { host = '127.0.0.1', port = 0, token = newToken(), names = [], warn = () => {} } = options;
  const metrics = new Metrics();
  const studies = new Studies(metrics, warn);
  const app = dashboardApp(studies, metrics, { host, token, names });
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(listening as Server));
    listening.on('error', (cause) => reject(new ListenError(`cannot listen at ${host}:${port} (${cause.message})`, { cause })));
  });
  const { port: taken } = server.address() as AddressInfo;
  const url = `http://${shown(host)}:${taken}/`;
  return {
    studies,
    url,
    ownerUrl: `${url}#token=${token}`,
    token,
    close: async () => {
      studies.close();
      const ended = new Promise((resolve) => server.close(resolve));
      const leaving = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), LAST_WORDS);
      await ended;
      clearInterval(leaving);
      clearTimeout(late);
    },
  };
}

/** An address as in a URL; the loopback address for a server that listens on all addresses. */
function shown(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') && isLoopback(host) ? `[${host}]` : host;
}
