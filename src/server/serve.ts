import { UserError } from '../errors.ts';
import { type AccessOptions, isLoopback } from './access/access.ts';
import { openApp } from './app.ts';
import type { Link } from './health.ts';
import { serveApp } from './listen.ts';
import type { ServedStudies } from './servedStudies.ts';

export interface ServerOptions extends AccessOptions {
  /** The connection of the studies to a server, for `/readyz`. */
  readonly link?: Link | undefined;
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
    todo: 'give --users a file that "hypertide server users" makes',
  });
}

/** Serves studies over HTTP until it is closed. @throws OpenServerError, ListenError */
export async function serveHttp(
  studies: ServedStudies,
  { host = '127.0.0.1', port = 0, names = [], users, link }: ServerOptions = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  checkOpenness({ host, names, users });
  const { app, close } = openApp(studies, { host, names, users, link });
  const listening = await serveApp(app, host, port);
  return {
    url: listening.url,
    close: async () => {
      await close();
      await listening.close();
      studies.close();
    },
  };
}
