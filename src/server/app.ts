import { type Context, Hono } from 'hono';
import { type AccessOptions, refuseElsewhere } from '../dashboard/access.ts';
import { eventStreams } from '../dashboard/eventStreams.ts';
import { closeUnread } from '../dashboard/listen.ts';
import type { ObjectSchema, Schema } from '../facts/schema.ts';
import { validate } from '../facts/validate.ts';
import { isRecord } from '../schema/json.ts';
import { RefusedError } from '../study/commands.ts';
import { answer, type HttpEnv, permit } from './access.ts';
import { factEvents } from './facts.ts';
import { failureFor, isOfClient } from './failure.ts';
import { checkSize, LARGEST } from './fields.ts';
import { type HttpRequest, handle } from './handlers.ts';
import { openapi } from './openapi.ts';
import { type Operation, operationIds, operations } from './operations.ts';
import type { RunningStudies } from './studies.ts';
import { type User, type Users, userRoles } from './users.ts';

/** The user of a request on a server without users. */
const ANYONE: User = { name: 'agent', role: 'agent' };
/** The longest name of a request, in characters. */
const LONGEST_KEY = 128;

export interface HttpOptions extends Omit<AccessOptions, 'token'> {
  /** Without users, everyone on this machine may do everything. */
  readonly users?: Users | undefined;
  readonly mcp?: McpFetch | undefined;
  /** Aborts when the server ends. */
  readonly ending: AbortSignal;
}

/** Answers an agent's request. */
export type McpFetch = (request: Request, user: User) => Promise<Response>;

/**
 * A route for each operation, behind the guards of the page. The guards are functions and not middleware: a route without middleware takes hono half
 * the time.
 */
export function httpApp(studies: RunningStudies, { users, mcp, ending, ...site }: HttpOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const streams = eventStreams();
  app.get('/healthz', (c) => c.text('ok'));
  app.get('/v1/openapi.json', () => answer(openapi()));
  app.get('/v1/studies/*', closeUnread);
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const refuse = permit(users, operation.roles);
    app.on(operation.method, path, async (c) => {
      const refusal = refuse(c);
      if (refusal) return refusal;
      const text = operation.method === 'get' ? undefined : await textIn(c); // the only wait: each costs as much as a check
      const request = requestOf(c, operation, text);
      if (id === 'facts' && (c.req.header('accept') ?? '').includes('text/event-stream'))
        return factEvents(
          c,
          { study: await studies.open(request.study), user: (request.user ?? ANYONE).name, after: Number(request.fields.after ?? 0) },
          { streams, ending },
        );
      return answer(await handle(id, studies, request));
    });
  }
  const refuseAgent = permit(users, userRoles);
  if (mcp) app.all('/mcp', closeUnread, (c) => refuseAgent(c) ?? mcp(c.req.raw, c.get('user') ?? ANYONE));
  app.notFound(() => answer({ error: 'there is no route; see /v1/openapi.json', code: 'not-found' }, 404));
  app.onError((error) =>
    answer(
      failureFor(error, (message) => studies.warn(message)),
      statusOf(error),
    ),
  );
  const refuse = refuseElsewhere(site);
  const { fetch } = app;
  app.fetch = (request, ...rest) => refuse(request) ?? fetch(request, ...rest);
  return app;
}

/** A request with fields that fit its schema. @param text of its body, if it has one. @throws RefusedError */
function requestOf(c: Context<HttpEnv>, operation: Operation, text: string | undefined): HttpRequest {
  const { query } = operation;
  const all = text === undefined ? queryOf(c, query) : fieldsIn(text);
  const refusal = validate(schemaOf(operation), all);
  if (refusal) throw new RefusedError(refusal);
  const key = c.req.header('idempotency-key');
  if (key !== undefined && (key === '' || key.length > LONGEST_KEY))
    throw new RefusedError({ code: 'bad-field', message: `Idempotency-Key must be 1 to ${LONGEST_KEY} characters long` });
  const trial = c.req.param('trial');
  if (trial !== undefined && !/^[1-9]\d{0,14}$/.test(trial))
    throw new RefusedError({ code: 'unknown-trial', message: `there is no trial ${trial.slice(0, 20)}: expected its number` });
  const { outgoing } = c.env;
  return {
    study: c.req.param('study') ?? '',
    trial: Number(trial ?? 0),
    fields: all,
    user: c.get('user'),
    key,
    whenGone: (leave) => {
      if (outgoing?.destroyed) queueMicrotask(leave);
      else outgoing?.on('close', leave);
      return () => void outgoing?.off('close', leave);
    },
  };
}

/** The schema of the fields of a request. */
const schemaOf = ({ method, query: properties = {}, required = [], body = nothing }: Operation): ObjectSchema =>
  method === 'get' ? { type: 'object', properties, required } : body;

const nothing: ObjectSchema = { type: 'object' };

/** Numbers in a query are text. */
const queryOf = (c: Context, query: Readonly<Record<string, Schema>> = {}): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(c.req.query()).map(([name, value]) => {
      const schema = Object.hasOwn(query, name) ? query[name] : undefined;
      const isText = schema !== undefined && 'type' in schema && schema.type === 'string';
      return [name, !isText && /^\d{1,15}$/.test(value) ? Number(value) : value];
    }),
  );

/**
 * The text of a body of JSON. Without a body, a request needs no content type: a page of another site that sends it names its origin, and is refused.
 *
 * @throws RefusedError
 */
function textIn(c: Context): Promise<string> {
  const length = c.req.header('content-length');
  if (length === undefined && c.req.header('transfer-encoding') !== undefined)
    throw new RefusedError({ code: 'too-large', message: 'expected a body with a Content-Length' });
  if (Number(length ?? 0) > LARGEST) throw new RefusedError({ code: 'too-large', message: `expected a body of at most ${LARGEST} bytes` });
  if (Number(length ?? 0) === 0 && c.req.header('content-type') === undefined) return Promise.resolve('');
  if (!/^application\/json\b/.test(c.req.header('content-type') ?? ''))
    throw new RefusedError({ code: 'not-json', message: 'expected a body of JSON, with "Content-Type: application/json"' });
  return c.req.text();
}

/** The fields in a body; without one, none. @throws RefusedError */
function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  const data = text === '' ? {} : dataIn(text);
  if (!isRecord(data)) throw new RefusedError({ code: 'not-json', message: 'expected a body that is a JSON object' });
  checkSize(data, text);
  return data;
}

function dataIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RefusedError({ code: 'not-json', message: `expected a body of JSON: ${(cause as Error).message.slice(0, 200)}` });
  }
}

/** The status of an answer. */
function statusOf(error: unknown): number {
  if (!(error instanceof RefusedError)) return isOfClient(error) ? 400 : 500;
  switch (error.code) {
    case 'unknown-trial':
    case 'unknown-study':
    case 'unknown-proposer':
      return 404;
    case 'too-large':
      return 413;
    case 'bad-field':
    case 'missing-field':
    case 'not-json':
    case 'too-deep':
    case 'nothing-to-change':
      return 400;
    default:
      return 409;
  }
}
