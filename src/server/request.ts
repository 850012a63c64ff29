import type { Context } from 'hono';
import { failureOf, type RequestFailure, StrategyError, UserError } from '../errors.ts';
import type { ObjectSchema, Schema } from '../facts/schema.ts';
import { isDeeper } from '../facts/validate.ts';
import { isRecord } from '../schema/json.ts';
import { RefusedError, refuseMistakes } from '../study/commands.ts';
import type { Operation } from '../study/operation.ts';
import type { HttpEnv } from './access/access.ts';
import type { User } from './access/users.ts';
import type { ServedStudies } from './servedStudies.ts';

/** A request that fits the schema of its operation; it may have more fields. */
export interface HttpRequest {
  /** From the path; empty and 0 if the path has none. */
  readonly study: string;
  readonly trial: number;
  readonly file?: string;
  /** From the body or the query. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** A body that is not JSON. */
  readonly bytes?: Uint8Array | undefined;
  /** Absent on a server without users. */
  readonly user: User | undefined;
  /** The name of the request, to recognise a repetition. */
  readonly key: string | undefined;
  /** Aborts when the client has gone. */
  readonly signal?: AbortSignal;
}

/** Answers a request with a value in JSON. */
export type Handler = (studies: ServedStudies, request: HttpRequest) => unknown;

/** The longest name of a request, in characters. */
const LONGEST_KEY = 128;
/** The largest uploaded file, in bytes. */
const LARGEST_FILE = 16 * 2 ** 20;

/** A request with fields that fit its schema. @param body if it has one: text of JSON, or bytes. @throws RefusedError */
export function checkedRequest(c: Context<HttpEnv>, operation: Operation, body: string | Uint8Array | undefined): HttpRequest {
  const { input = nothing } = operation;
  const bytes = typeof body === 'string' ? undefined : body;
  const all = typeof body === 'string' ? fieldsIn(body) : bytes ? {} : queryOf(c, input.properties);
  refuseMistakes(input, all);
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
    file: c.req.param('file') ?? '',
    fields: all,
    bytes,
    user: c.get('user'),
    key,
    get signal() {
      return outgoing ? closing(outgoing) : c.req.raw.signal;
    },
  };
}

/** Aborts when a connection has closed. */
function closing(outgoing: NonNullable<HttpEnv['Bindings']['outgoing']>): AbortSignal {
  const gone = new AbortController();
  if (outgoing.destroyed) gone.abort();
  else outgoing.once('close', () => gone.abort());
  return gone.signal;
}

const nothing: ObjectSchema = { type: 'object' };

/** Numbers and booleans in a query are text. */
const queryOf = (c: Context, query: Readonly<Record<string, Schema>> = {}): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(c.req.query()).map(([name, value]) => {
      const schema = Object.hasOwn(query, name) ? query[name] : undefined;
      const type = schema && 'type' in schema ? schema.type : undefined;
      if (type === 'boolean' && /^(true|false)$/.test(value)) return [name, value === 'true'];
      return [name, type !== 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value];
    }),
  );

/**
 * The body of a request: text of JSON, or the bytes of a file. Without a body, a request needs no content type: a page of another site that sends it
 * names its origin, and is refused.
 *
 * @throws RefusedError
 */
export async function bodyIn(c: Context, { consumes }: Operation): Promise<string | Uint8Array> {
  const most = consumes === undefined ? LARGEST_BODY : LARGEST_FILE;
  const length = c.req.header('content-length');
  if (length === undefined && c.req.header('transfer-encoding') !== undefined)
    throw new RefusedError({ code: 'too-large', message: 'expected a body with a Content-Length' });
  if (Number(length ?? 0) > most) throw new RefusedError({ code: 'too-large', message: `expected a body of at most ${most} bytes` });
  const type = c.req.header('content-type');
  if (consumes !== undefined) {
    if (type !== consumes) throw new RefusedError({ code: 'bad-type', message: `expected "Content-Type: ${consumes}"` });
    return new Uint8Array(await c.req.arrayBuffer().catch(unread));
  }
  if (Number(length ?? 0) === 0 && type === undefined) return '';
  if (!/^application\/json\b/.test(type ?? ''))
    throw new RefusedError({ code: 'not-json', message: 'expected a body of JSON, with "Content-Type: application/json"' });
  return c.req.text().catch(unread);
}

/** A program that has this server inside may have read the body. */
function unread(cause: Error): never {
  if (!(cause instanceof TypeError)) throw cause;
  throw new Error(`${cause.message}; mount hypertide before what reads bodies, such as express.json()`, { cause });
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

/** The most bytes of a body, and characters of its fields. */
const LARGEST_BODY = 2 ** 20;
/** The most levels of objects and arrays in a body. */
const LEVELS = 64;

type Fields = Readonly<Record<string, unknown>>;

/** The longest text of fields that cannot get too long when it is written as JSON again: a number grows to six times its length at most. */
const SURELY_SHORT = LARGEST_BODY / 6;

/** @throws RefusedError if fields are nested too deeply to be read further, or too long. @param text of the fields, if they come from one */
export function checkSize(fields: Fields, text?: string): void {
  if (isDeeper(fields, LEVELS)) throw new RefusedError({ code: 'too-deep', message: `expected a body nested at most ${LEVELS} deep` });
  if (text !== undefined && text.length <= SURELY_SHORT) return;
  if (JSON.stringify(fields).length > LARGEST_BODY)
    throw new RefusedError({ code: 'too-large', message: `expected fields of at most ${LARGEST_BODY} characters` });
}

/** Whether a client can correct an error. */
export const isOfClient = (error: unknown): boolean => error instanceof UserError || error instanceof StrategyError;

/** The answer to a client after an error. Details of errors that it cannot correct are only for people who run the server. */
export function failureFor(error: unknown, warn: (message: string) => void): RequestFailure {
  const { error: message, code } = failureOf(error);
  if (!isOfClient(error)) warn(`a request failed: ${message}`);
  return { error: sentenceFor(error), code };
}

/** The sentence of `failureFor`. */
export function sentenceFor(error: unknown): string {
  return isOfClient(error) ? failureOf(error).error : 'the server failed; its output says why';
}
