import { setMaxListeners } from 'node:events';
import { type Context, Hono } from 'hono';
import { RefusedError } from '../study/commands.ts';
import type { Operation } from '../study/operation.ts';
import { type AccessOptions, ANYONE, answerJson, checksFor, type HttpEnv, refuseElsewhere } from './access/access.ts';
import { type User, userRoles } from './access/users.ts';
import { openapi } from './document/openapi.ts';
import { eventStreams } from './eventStreams.ts';
import { handle } from './handlers.ts';
import { healthRoutes, type Link, metricsRoute } from './health.ts';
import { factEvents, isMediaOperation, mediaHandlers } from './media.ts';
import { pageRoutes } from './pageFiles.ts';
import { bodyIn, checkedRequest, failureFor, type HttpRequest, isOfClient } from './request.ts';
import { methodsOf, type OperationId, operationIds, rolesOf } from './routes.ts';
import type { ServedStudies } from './servedStudies.ts';
import { operations } from './serverOperations.ts';

interface AppOptions extends AccessOptions {
  readonly mcp: McpFetch;
  /** The connection of the studies to a server, for `/readyz`. */
  readonly link?: Link | undefined;
  /** Aborts when the server ends. */
  readonly ending: AbortSignal;
}

/** A server without an address: what serves studies until it is closed. */
export interface OpenApp {
  readonly app: Hono<HttpEnv>;
  close(): Promise<void>;
}

/** The server for studies, with agents at `/mcp`. */
export function openApp(studies: ServedStudies, options: Omit<AppOptions, 'mcp' | 'ending'>): OpenApp {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // each stream of events listens
  const mcp = lazyMcp(studies);
  return {
    app: serverApp(studies, { ...options, mcp: mcp.fetch, ending: ending.signal }),
    close: async () => {
      ending.abort();
      await mcp.close();
    },
  };
}

/** Answers a request that was checked. */
type Answering = (c: Context<HttpEnv>, request: HttpRequest) => Response | Promise<Response>;

/** Answers an agent's request. */
export type McpFetch = (request: Request, user: User) => Promise<Response>;

/**
 * The one server: the page at `/`, its API and that of other programs below `/v1`, a route for each operation, `/mcp` for agents, `/metrics`, `/healthz`
 * and `/readyz`. The guards are functions and not middleware: a route without middleware takes hono half the time.
 */
function serverApp(studies: ServedStudies, { users, mcp, ending, link, ...site }: AppOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const streams = eventStreams(ending);
  const { permit, cookieFor } = checksFor({ users });
  app.get('/v1/openapi.json', () => answerJson(openapi()));
  const answering = (id: OperationId): Answering => {
    if (isMediaOperation(id)) return (c, request) => mediaHandlers[id](c, studies, request, streams);
    const inJson: Answering = async (_, request) => answerJson(await handle(id, studies, request));
    if (id === 'log') return (c, request) => (wantsEvents(c) ? factEvents(c, studies, request, streams) : inJson(c, request));
    return id === 'signIn' ? async (c, request) => withCookie(await inJson(c, request), cookieFor(c)) : inJson;
  };
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    const path = operations[id].path.replace('{file}', ':file{.+}').replaceAll(/\{(\w+)\}/g, ':$1');
    const reply = answering(id);
    app.on(operation.method, path, async (c) => {
      const checked = permit(c, rolesOf(id));
      const refusal = checked && (await checked);
      if (refusal) return refusal;
      const body = operation.method === 'get' ? undefined : await bodyIn(c, operation); // the only wait: each costs as much as a check
      return reply(c, checkedRequest(c, operation, body));
    });
  }
  const permitAgent = (c: Context<HttpEnv>) => permit(c, userRoles);
  app.all('/mcp', async (c) => (await permitAgent(c)) ?? mcp(c.req.raw, c.get('user') ?? ANYONE));
  const { metrics } = studies;
  if (metrics) {
    healthRoutes(app, metrics, link);
    metricsRoute(app, metrics, permit);
  } else app.get('/healthz', (c) => c.text('ok'));
  pageRoutes(app);
  app.notFound((c) => noRoute(c.req.method, c.req.path));
  app.onError((error) => {
    const answered = answerJson(
      failureFor(error, (message) => studies.warn(message)),
      statusOf(error),
    );
    if (answered.status === 429) answered.headers.set('Retry-After', '1');
    return answered;
  });
  const refuse = refuseElsewhere(site);
  const { fetch } = app;
  app.fetch = (request, env = {}, context) =>
    refuse(request) ??
    (request.method === 'HEAD' ? headersOf(fetch(new Request(request, { method: 'GET' }), env, context)) : fetch(request, env, context));
  return app;
}

/** The answer to a HEAD request: that to GET, whose body nothing reads. A stream would stay open. */
async function headersOf(answered: Response | Promise<Response>): Promise<Response> {
  const { body, status, headers } = await answered;
  await body?.cancel();
  return new Response(null, { status, headers });
}

/** Why a request has no route: its path has none, or not with its method. */
function noRoute(method: string, path: string): Response {
  const methods = methodsOf(path);
  if (methods.length === 0) return answerJson({ error: 'there is no route; see /v1/openapi.json', code: 'not-found' }, 404);
  const response = answerJson({ error: `there is no ${method} of this path, only ${methods.join(' and ')}`, code: 'wrong-method' }, 405);
  response.headers.set('Allow', methods.join(', '));
  return response;
}

const wantsEvents = (c: Context): boolean => (c.req.header('accept') ?? '').includes('text/event-stream');

function withCookie(answered: Response, cookie: string | undefined): Response {
  if (cookie !== undefined) answered.headers.set('Set-Cookie', cookie);
  return answered;
}

/** The status of an answer. */
function statusOf(error: unknown): number {
  if (!(error instanceof RefusedError)) return isOfClient(error) ? 400 : 500;
  switch (error.code) {
    case 'unknown-trial':
    case 'unknown-study':
    case 'unknown-proposer':
    case 'unknown-file':
      return 404;
    case 'too-large':
      return 413;
    case 'busy':
      return 429;
    case 'handle-closed':
      return 503; // it is about to end, and another process may run the study next
    case 'bad-field':
    case 'missing-field':
    case 'not-json':
    case 'bad-type':
    case 'too-deep':
    case 'nothing-to-change':
      return 400;
    default:
      return 409;
  }
}

/** MCP for agents, loaded when the first one comes. */
function lazyMcp(studies: ServedStudies) {
  let loaded: Promise<ReturnType<typeof import('./mcp/mcpServer.ts').mcpOverHttp>> | undefined;
  const load = () => {
    loaded ??= import('./mcp/mcpServer.ts').then(({ mcpOverHttp }) => mcpOverHttp(studies));
    return loaded;
  };
  return {
    fetch: async (request: Request, user: User) => (await load()).fetch(request, user),
    close: async () => (await loaded)?.close(),
  };
}
