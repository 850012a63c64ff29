import { type AccessOptions, answerJson, isLoopback } from '../access/access.ts';
import { openApp } from '../app.ts';
import { checkOpenness } from '../serve.ts';
import { type ServableStudies, type StudiesOptions, toServe } from './toServe.ts';

export type { FindUser } from '../access/access.ts';
export { parseUsers, type User, type UserRole, type Users } from '../access/users.ts';
export type { ServableStudies, ServableStudy, StudiesOptions } from './toServe.ts';

export interface StudiesAppOptions extends StudiesOptions, Pick<AccessOptions, 'names' | 'users'> {}

/** A server of studies for your own server. */
export interface StudiesApp {
  /**
   * Answers a request: mount it in Hono, or pass it to Bun, Deno or Next; for Node, Express and Fastify, `getRequestListener` of `@hono/node-server` makes a
   * listener of it. Paths begin where it is mounted.
   */
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  /** Ends streams of events and sessions of agents. The studies stay open. */
  close(): Promise<void>;
}

/**
 * Serves studies of this process: the page at `/`, requests below `/v1`, agents at `/mcp` and, with `metrics`, `/metrics`, `/healthz` and `/readyz`. Trainers
 * may ask for the trials of a study that was made with `lease`; the others are read and commanded.
 *
 * Without `users`, only this machine has access, and may do everything: requests must come from it, and for `localhost`. A server that does not tell the
 * address of a client, such as Next, needs `users`. `users` is a file's content as
 * `parseUsers` reads it, or a function that finds the user of a request by the log-in of your program.
 *
 * @param studies by the names that they get
 * @throws OptionError for what is no study; OpenServerError for `names` without `users`
 * @example
 * const study = createStudy(space({ lr: float(1e-4, 1e-1, { log: true }) }), { trials: 50, parallel: 4, lease: 30 });
 * const { fetch } = studiesApp({ digits: study });
 * Bun.serve({ fetch });
 */
export function studiesApp(studies: ServableStudies, { names, users, ...options }: StudiesAppOptions = {}): StudiesApp {
  checkOpenness({ names, users });
  const served = toServe(studies, options);
  const { app, close } = openApp(served, { names, users });
  return {
    fetch: (request, env) => {
      const { incoming, outgoing } = (env ?? {}) as Bindings;
      if (users === undefined && !isLoopback(peerOf(request, env).replace(/^::ffff:/, '')))
        return answerJson({ error: 'without users, only the machine of the server has access', code: 'open-server' }, 403);
      return app.fetch(request, outgoing ? { incoming, outgoing } : {});
    },
    close: async () => {
      await close();
      served.close();
    },
  };
}

/** What servers pass besides the request: `@hono/node-server`, Bun and Deno. */
interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  readonly outgoing?: object;
  readonly requestIP?: (request: Request) => { readonly address: string } | null;
  readonly remoteAddr?: { readonly hostname?: string };
}

/** The address of the client; empty if the server does not tell it. */
function peerOf(request: Request, env: Bindings = {}): string {
  return env.incoming?.socket?.remoteAddress ?? env.requestIP?.(request)?.address ?? env.remoteAddr?.hostname ?? '';
}
