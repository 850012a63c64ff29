import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { failureOf, type RequestFailure } from '../../src/errors.ts';
import type { Params } from '../../src/facts/facts.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { isRecord, jsonIn } from '../../src/schema/json.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { parseIntent, RefusedError, refuseMistakes } from '../../src/study/commands.ts';
import { isIntent } from '../../src/study/intents.ts';
import { natsInputOf, natsMethods } from '../../src/study/operations.ts';
import type { StudyStatus } from '../../src/study/status.ts';
import { type Present, trainerRows } from '../../src/study/trainerRows.ts';
import type { TrialRows } from '../../src/study/trials.ts';
import { inTurn } from '../engine/timeout.ts';
import { type AskedStudy, answers } from '../study/answer.ts';
import { react } from '../study/port/entries.ts';
import type { LocalPort } from '../study/port/local.ts';
import { ROOM } from '../study/port/pages.ts';
import { publish } from './connection/connection.ts';
import type { NatsLog } from './log/natsLog.ts';
import type { Subjects } from './protocol/subjects.ts';

/** The answer of `rpc.<method>`. */
export type Reply = { readonly ok: true; readonly result: unknown } | ({ readonly ok: false } & RequestFailure);

/** The shortest time between two status messages, in milliseconds. */
const FRAME = 200;

interface AnswerOptions {
  readonly present: () => Present;
  /** Why the study may not begin another trial. */
  readonly waits?: (() => string | undefined) | undefined;
}

/** Answers requests about a study and accepts commands. If several engines serve the study, any one of them answers. */
export function answerRequests<P>(
  nc: NatsConnection,
  subjects: Subjects,
  log: NatsLog,
  port: LocalPort<P>,
  { present, waits }: AnswerOptions,
) {
  const status = () => omitUndefined({ ...port.status(), waits: waits?.() });
  const ask = asking(port, status, present);
  let due: ReturnType<typeof setTimeout> | undefined;
  const publishStatus = () => {
    due = undefined;
    if (!port.ledger.created || !log.leads) return;
    const { best, ...rest } = status();
    const text = JSON.stringify({ ...rest, best });
    publish(nc, subjects.status, text.length > ROOM ? JSON.stringify(rest) : text);
  };
  const answer = async (method: string, text: string): Promise<Reply> => {
    try {
      return { ok: true, result: await ask(method, requestOf(text)) };
    } catch (error) {
      return { ok: false, ...failureOf(error) };
    }
  };
  const subscription = nc.subscribe(subjects.rpc('*'), {
    queue: 'engines',
    callback: (error, message) => {
      if (error || !isInbox(message.reply)) return;
      const method = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      void answer(method, message.string()).then((reply) => respond(message, reply));
    },
  });
  react(port.live$, () => {
    due ??= setTimeout(publishStatus, FRAME);
  });
  return {
    status,
    close: () => {
      clearTimeout(due);
      publishStatus();
      subscription.unsubscribe();
    },
  };
}

type Request = Readonly<Record<string, unknown>>;

/** Answers requests once the log has been read. It throws RefusedError, and what a command throws. */
function asking<P>(port: LocalPort<P>, status: () => StudyStatus, present: () => Present) {
  const study: AskedStudy = {
    get ledger() {
      return port.ledger as Ledger<Params>;
    },
    rows: port.rows as TrialRows,
    status,
    trainers: () => trainerRows(port.ledger, present()),
    past: port.past,
    turn: (proposer, { ahead }) => port.turn(proposer, { ahead }),
  };
  const queries = {
    ...answers,
    studies: () => ({ studies: [{ study: port.ledger.settings.study, status: status() }], more: false }),
    load: () => ({}),
    create: () => {
      throw new RefusedError({ code: 'study-exists', message: `there is a study ${port.ledger.settings.study} already` });
    },
  };
  const [turn, turnOfLog] = [inTurn(), inTurn()]; // a log can take long to answer
  return async (method: string, request: Request): Promise<unknown> => {
    const known = natsMethods.find((name) => name === method);
    if (!known) throw new RefusedError({ code: 'unknown-command', message: `there is no ${method}; there are ${natsMethods.join(', ')}` });
    await port.ready();
    if (isIntent(known)) return port.submit(parseIntent({ ...request, type: known }));
    refuseMistakes(natsInputOf(known), request);
    return (known === 'log' ? turnOfLog : turn)(() => queries[known](study, request));
  };
}

/** Milliseconds before a request is refused: another engine may serve the study, and answers first then. */
const REFUSED_AFTER_MS = 1000;

/** Refuses all requests to a study that has failed in this process, or is no longer on the server. @returns a function that ends it */
export function refuseRequests(nc: NatsConnection, { rpc }: Subjects, error: string, code = 'failed'): () => void {
  const subscription = nc.subscribe(rpc('*'), {
    callback: (failure, message) => {
      if (failure || !isInbox(message.reply) || message.subject.endsWith('.create')) return;
      setTimeout(() => respond(message, { ok: false, error, code }), REFUSED_AFTER_MS);
    },
  });
  return () => subscription.unsubscribe();
}

/** Sends an answer, or the reason why it cannot be sent. Never throws, because a request must not end the engine. */
export function respond(message: Msg, reply: Reply): void {
  try {
    message.respond(JSON.stringify(reply));
  } catch (error) {
    const refusal: Reply = { ok: false, error: `the answer cannot be sent: ${(error as Error).message}`, code: 'internal' };
    try {
      message.respond(JSON.stringify(refusal));
    } catch {} // the connection is closed
  }
}

/** An answer to any other subject could end up in a log. `_R_` is how the server renames an inbox of another account. */
export const isInbox = (reply: string | undefined): boolean => reply !== undefined && /^(_INBOX|_R_)/.test(reply);

function requestOf(text: string): Request {
  const data = text.trim() === '' ? {} : jsonIn(text);
  if (!isRecord(data)) throw new RefusedError({ code: 'not-json', message: 'a request must be a JSON object' });
  return data;
}
