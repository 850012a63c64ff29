import type { User } from '../access/users.ts';
import type { ServedStudies } from '../studies.ts';

/** MCP for agents, loaded when the first one comes. */
export function lazyMcp(studies: ServedStudies) {
  let loaded: Promise<ReturnType<typeof import('./server.ts').mcpOverHttp>> | undefined;
  const load = () => {
    loaded ??= import('./server.ts').then(({ mcpOverHttp }) => mcpOverHttp(studies));
    return loaded;
  };
  return {
    fetch: async (request: Request, user: User) => (await load()).fetch(request, user),
    close: async () => (await loaded)?.close(),
  };
}
