import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { UserError } from '../errors.ts';
import { isLoopback } from './access/access.ts';

/** The server cannot listen at the address. */
class ListenError extends UserError {
  override readonly name = 'ListenError';
  readonly code = 'cannot-listen';
}

/** Milliseconds that clients have to receive the last event. */
const LAST_WORDS = 500;

/** Serves an app at an address. @param port 0 for one that is free. @throws ListenError */
export async function serveApp<E extends object>(
  app: Hono<E>,
  host: string,
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(listening as Server));
    listening.on('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program uses this port' : cause.message;
      reject(new ListenError(`cannot listen at ${host}:${port} (${why})`, { cause }));
    });
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${shown(host)}:${taken}/`,
    close: async () => {
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
