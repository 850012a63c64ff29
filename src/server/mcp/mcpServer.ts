import { createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { version } from '../../version.ts';
import type { User } from '../access/users.ts';
import type { ServedStudies } from '../servedStudies.ts';
import { registerResources, urisOf } from './resources.ts';
import { registerTools } from './tools.ts';

/** Milliseconds between two notifications about a study. */
const FRAME = 200;

const INSTRUCTIONS = `Hypertide searches for good hyperparameters. A study has a space of parameters and a log of facts; list_studies shows the studies.
To evaluate configurations yourself: ask, evaluate the params, then tell the values with the run of the answer; report and heartbeat in between, and call
stopped if an answer says stop. To suggest a configuration: enqueue. To veto one: cancel its trial. why explains a suggestion, importance which parameters
matter. A command answers with the fact that it wrote, under your name. Try what cannot be undone with dry_run first.`;

/** A server of tools and resources for one user. @param subscribe whether it can notify of changes */
function serverFor(studies: ServedStudies, user: User, subscribe: boolean): McpServer {
  const server = new McpServer(
    { name: 'hypertide', version },
    { capabilities: { tools: {}, resources: { subscribe } }, instructions: INSTRUCTIONS },
  );
  registerTools(server, studies, user);
  if (user.role !== 'trainer') registerResources(server, studies, user);
  return server;
}

/** Calls back with the addresses of changed resources, at most every FRAME. @returns a function that unsubscribes */
function whenChanged(studies: ServedStudies, notify: (uri: string) => void): () => void {
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    for (const study of changed) for (const uri of urisOf(study)) notify(uri);
    changed.clear();
  };
  const ignore = studies.watch((study) => {
    changed.add(study);
    timer ??= setTimeout(tell, FRAME);
  });
  return () => {
    ignore();
    clearTimeout(timer);
  };
}

/** Answers MCP over HTTP. Each request comes with its user. */
export function mcpOverHttp(studies: ServedStudies): { fetch(request: Request, user: User): Promise<Response>; close(): Promise<void> } {
  const factory: McpServerFactory = ({ authInfo, era }) => serverFor(studies, authInfo!.extra!.user as User, era === 'modern'); // before, no stream was left open
  const handler = createMcpHandler(factory);
  const ignore = whenChanged(studies, (uri) => handler.notify.resourceUpdated(uri));
  return {
    fetch: (request, user) =>
      handler.fetch(request, { authInfo: { token: '', clientId: user.name, scopes: [user.role], extra: { user } } }),
    close: async () => {
      ignore();
      await handler.close();
    },
  };
}

interface Connected {
  /** Whether the client names the resources whose changes it wants, as all did before 2026. Otherwise it hears of all. */
  readonly subscriptions: boolean;
  readonly closed?: (() => void) | undefined;
}

/** A server for one client, which notifies it of changes until their connection closes. */
export function connectedServer(studies: ServedStudies, user: User, { subscriptions, closed }: Connected): McpServer {
  const server = serverFor(studies, user, true);
  const wanted = new Set<string>();
  if (subscriptions) {
    server.server.setRequestHandler('resources/subscribe', async ({ params }) => {
      wanted.add(params.uri);
      return {};
    });
    server.server.setRequestHandler('resources/unsubscribe', async ({ params }) => {
      wanted.delete(params.uri);
      return {};
    });
  }
  const ignore = whenChanged(studies, (uri) => {
    if (!subscriptions || wanted.has(uri)) server.server.sendResourceUpdated({ uri }).catch(() => {}); // the client has disconnected
  });
  server.server.onclose = () => {
    ignore();
    closed?.();
  };
  return server;
}

/** Answers MCP over standard input and output, for one user, until the input ends. */
export const mcpOverStdio = (studies: ServedStudies, user: User): { close(): Promise<void> } =>
  serveStdio(({ era }) => connectedServer(studies, user, { subscriptions: era === 'legacy' }));
