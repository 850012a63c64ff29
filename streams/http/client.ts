import { OptionError, type RequestFailure, StudyError, UserError } from '../../src/errors.ts';
import { isRecord, jsonIn } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { refusedElsewhere, type Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import { isOfTrial } from '../../src/study/verbs.ts';
import { newName } from '../study/port/port.ts';
import { eventData } from './events.ts';

/** Milliseconds between two attempts. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;
/** Milliseconds until a person is told that the server does not answer. */
const UNREACHED = 2000;
/** Milliseconds without an answer, or a heartbeat in a stream, after which a connection counts as lost. An ask waits half as long. */
const SILENCE_MS = 60_000;
/** What a proxy answers while its server starts again, or is asked too often. */
const PASSING = [429, 502, 503, 504];

export interface ClientOptions {
  readonly token?: string | undefined;
  /** Is told, once for each time, that the server does not answer. */
  readonly warn: (message: string) => void;
  /** Ends all requests, with its reason. */
  readonly closing: AbortSignal;
}

/** A body, and what else a request has. */
interface Sending {
  readonly body?: object | undefined;
  /** The name of the request: repeated with the same name, it takes effect once. */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Requests about a study. Those whose answer is lost are repeated. @throws RefusedError, StudyError; the reason of a signal */
export interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, sending: Sending): Promise<T>;
  /** The data of server-sent events, until the connection is lost or the signal aborts. */
  events(path: string, signal: AbortSignal | undefined): AsyncGenerator<readonly string[], void>;
}

/** The URL of the requests about a study. @throws OptionError */
function routeTo(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const names = url?.pathname.split('/').filter((name) => name !== '') ?? [];
  const study = names.pop();
  if (!url || !/^https?:$/.test(url.protocol) || study === undefined)
    throw new OptionError('address', 'the address of a study, such as http://127.0.0.1:8080/digits', address);
  return [url.origin, ...names, 'v1/studies', study].join('/');
}

/**
 * @param route the URL that paths follow; by default, that of the study.
 * @throws OptionError for what is no address of a study
 */
export function clientOf(address: string, { token, warn, closing }: ClientOptions, route = routeTo(address)): Client {
  let hasReached = false;
  /** Whether a person knows that it does not answer. */
  let isAway = false;

  /** Repeats what fails because the connection is lost. Before the first answer, there may be no server: then nothing is repeated. */
  const reach = async <T>(act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const since = performance.now();
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        const answer = await act();
        hasReached = true;
        isAway = false;
        return answer;
      } catch (error) {
        for (const ending of [closing, signal]) ending?.throwIfAborted();
        if (error instanceof UserError) throw error;
        if (!hasReached) throw unreachable(address, error);
        if (!isAway && performance.now() - since >= UNREACHED) {
          isAway = true;
          warn(`${address}: the server does not answer (${causeOf(error)}); trying again`);
        }
        await sleep(pause, closing, signal);
      }
    }
  };

  /** Sends a request once. */
  const send = async (path: string, { body, key, signal }: Sending, accept?: string): Promise<Answered> => {
    const connection = connectionFor(closing, signal);
    try {
      const text = body && JSON.stringify(body);
      const response = await fetch(`${route}${path}`, {
        method: text === undefined ? 'GET' : 'POST',
        signal: connection.signal,
        body: text ?? null,
        headers: omitUndefined({
          Authorization: token === undefined ? undefined : `Bearer ${token}`,
          Accept: accept,
          'Content-Type': text === undefined ? undefined : 'application/json',
          'Idempotency-Key': key,
        }),
      });
      if (PASSING.includes(response.status)) throw new Error(`status ${response.status}`);
      if (!response.ok) throw failureIn(address, response.status, await response.text());
      return { response, connection };
    } catch (error) {
      connection.end();
      throw error;
    }
  };

  const json = async <T>(path: string, sending: Sending): Promise<T> => {
    const { response, connection } = await send(path, sending);
    try {
      const text = await response.text();
      const answer = jsonIn(text);
      if (answer === undefined) throw noServer(address, response.status, text);
      return answer as T;
    } finally {
      connection.end();
    }
  };

  return {
    get: (path) => reach(() => json(path, {}), undefined),
    post: (path, sending) => reach(() => json(path, sending), sending.signal),
    async *events(path, signal) {
      const { response, connection } = await reach(() => send(path, { signal }, 'text/event-stream'), signal);
      try {
        yield* eventData(response.body!, connection.heard);
      } catch (error) {
        closing.throwIfAborted();
        if (error instanceof UserError) throw error; // otherwise the connection is lost
      } finally {
        connection.end();
      }
    },
  };
}

/** Submits a person's command to a study. Repeated, it takes effect once. */
export const submitTo =
  (client: Client) =>
  ({ type, ...fields }: Intent): Promise<Submitted> => {
    const { trial, ...others } = fields as { readonly trial?: TrialId };
    const [path, body] = isOfTrial(type) ? [`/trials/${trial}/${type}`, others] : [`/${type}`, fields];
    return client.post<Submitted>(path, { body, key: newName() });
  };

interface Answered {
  readonly response: Response;
  readonly connection: Connection;
}

/** What may end a request. */
interface Connection {
  readonly signal: AbortSignal;
  /** There was a heartbeat. */
  readonly heard: () => void;
  /** Ends it, if it has not ended. */
  readonly end: () => void;
}

function connectionFor(...endings: readonly (AbortSignal | undefined)[]): Connection {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const silent = () => leaving.abort(new Error(`no answer in ${SILENCE_MS / 1000} s`));
  let timer = setTimeout(silent, SILENCE_MS);
  for (const ending of endings) {
    if (ending?.aborted) leave();
    ending?.addEventListener('abort', leave);
  }
  return {
    signal: leaving.signal,
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(silent, SILENCE_MS);
    },
    end: () => {
      clearTimeout(timer);
      for (const ending of endings) ending?.removeEventListener('abort', leave);
      leave();
    },
  };
}

/** Resolves after some milliseconds. @throws the reason of a signal that aborts */
export function sleep(milliseconds: number, ...endings: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const leaves = endings.map((ending) => () => settle(() => reject(ending!.reason)));
    const timer = setTimeout(() => settle(resolve), milliseconds);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      endings.forEach((ending, i) => {
        ending?.removeEventListener('abort', leaves[i]!);
      });
      how();
    };
    endings.forEach((ending, i) => {
      ending?.addEventListener('abort', leaves[i]!);
    });
  });
}

/** Why a connection failed, in a few words. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code } = (cause ?? {}) as { readonly code?: string };
  return code ?? message;
}

const unreachable = (address: string, error: unknown): StudyError =>
  new StudyError(`${address} cannot be reached (${causeOf(error)})`, {
    code: 'unreachable',
    cause: error,
    todo: 'check the address, and that "hypertide serve --http" runs there',
  });

const noServer = (address: string, status: number, text: string): StudyError =>
  new StudyError(`${address}: expected a server of hypertide, got status ${status} and ${JSON.stringify(text.slice(0, 60))}`, {
    code: 'no-server',
    todo: 'check the address',
  });

/** What to do about a failure that is none of a study. */
const todos: Readonly<Record<string, string>> = {
  unauthorized: 'give the option token: one that "hypertide server users" wrote',
  forbidden: 'give the option token: that of a user with this role',
  'unknown-study': 'check its name; the server lists its studies at /v1/studies',
  'not-found': 'check the address',
};
/** The statuses of what a study refuses. */
const REFUSED = [400, 404, 409, 413];

/** The error that a server answered. */
function failureIn(address: string, status: number, text: string): UserError {
  const answer = jsonIn(text);
  if (!isRecord(answer) || typeof answer.error !== 'string' || typeof answer.code !== 'string') return noServer(address, status, text);
  const { error, code } = answer as unknown as RequestFailure;
  const todo = todos[code];
  if (todo === undefined && REFUSED.includes(status)) return refusedElsewhere({ error, code });
  return new StudyError(`${address}: ${error}`, { code, todo });
}
