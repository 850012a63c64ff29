import { setMaxListeners } from 'node:events';
import { UserError } from '../errors.ts';
import { type AccessOptions, isLoopback } from './access/access.ts';
import { type AppOptions, serverApp } from './app.ts';
import { listen } from './listen.ts';
import { lazyMcp } from './mcp/lazy.ts';
import type { ServedStudies } from './studies.ts';

export interface ServerOptions extends AccessOptions, Pick<AppOptions, 'link'> {
  /** The port to listen at. Default: a free one. */
  readonly port?: number | undefined;
}

/** The server would be open to other machines. */
class OpenServerError extends UserError {
  override readonly name = 'OpenServerError';
  readonly code = 'open-server';
}

/** @throws OpenServerError if other machines could reach a server without users */
export function checkOpenness({ host = '127.0.0.1', names = [], users }: AccessOptions): void {
  if (users || (isLoopback(host) && names.length === 0)) return;
  throw new OpenServerError(`${names[0] ?? host}: without users, other machines could do everything on this server`, {
    todo: 'give --users a file that "hypertide http-users" makes',
  });
}

/** Serves studies over HTTP until it is closed. @throws OpenServerError, ListenError */
export async function serveHttp(
  studies: ServedStudies,
  { host = '127.0.0.1', port = 0, names = [], users, link }: ServerOptions = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  checkOpenness({ host, names, users });
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // each stream of events listens
  const mcp = lazyMcp(studies);
  const app = serverApp(studies, { host, names, users, mcp: mcp.fetch, link, ending: ending.signal });
  const { url, close } = await listen(app, host, port);
  return {
    url,
    close: async () => {
      ending.abort();
      await mcp.close();
      await close();
      studies.close();
    },
  };
}
