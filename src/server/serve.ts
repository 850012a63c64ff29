import { setMaxListeners } from 'node:events';
import { isLoopback } from '../dashboard/access.ts';
import { listen } from '../dashboard/listen.ts';
import { UserError } from '../errors.ts';
import { httpApp, type McpFetch } from './app.ts';
import type { RunningStudies } from './studies.ts';
import type { Users } from './users.ts';

export interface HttpServerOptions {
  /** The address to listen on. Default 127.0.0.1; any other one needs users. */
  readonly host?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Host names of a proxy in front of it, which needs users too. */
  readonly names?: readonly string[] | undefined;
  /** Answers agents at /mcp. */
  readonly mcp?: McpFetch | undefined;
  /** Default: everyone on this machine may do everything. */
  readonly users?: Users | undefined;
}

/** The server would be open to other machines. */
class OpenServerError extends UserError {
  override readonly name = 'OpenServerError';
  readonly code = 'open-server';
}

/** @throws OpenServerError if other machines could reach a server without users */
export function checkOpenness({ host = '127.0.0.1', names = [], users }: Pick<HttpServerOptions, 'host' | 'names' | 'users'>): void {
  if (users || (isLoopback(host) && names.length === 0)) return;
  throw new OpenServerError(`${names[0] ?? host}: without users, other machines could do everything on this server`, {
    todo: 'give --users a file that "hypertide http-users" makes',
  });
}

/** Serves studies over HTTP until it is closed. @throws OpenServerError, ListenError */
export async function serveHttp(
  studies: RunningStudies,
  { host = '127.0.0.1', port = 0, names = [], users, mcp }: HttpServerOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  checkOpenness({ host, names, users });
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // each stream of events listens
  const { url, close } = await listen(httpApp(studies, { host, names, users, mcp, ending: ending.signal }), host, port);
  return {
    url,
    close: () => {
      ending.abort();
      return close();
    },
  };
}
