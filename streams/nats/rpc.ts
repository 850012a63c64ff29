import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { failureOf, type RequestFailure } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Params } from '../../src/facts/facts.ts';
import { validate } from '../../src/facts/validate.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../src/omitUndefined.ts';
import { isRecord } from '../../src/schema/isRecord.ts';
import { type Intent, intentSchemas, parseIntent, RefusedError } from '../../src/study/commands.ts';
import { type TrialRow, TrialRows } from '../../src/study/trials.ts';
import type { EngineRun } from '../engine/run.ts';
import { past } from '../log/past.ts';
import type { Progress } from '../observe.ts';
import { submit, submitter } from '../submit.ts';
import { publish } from './connection.ts';
import type { NatsLog } from './log/log.ts';
import { type RequestMethod, requestKinds, requestMethods } from './requests.ts';
import { StudyError } from './studyError.ts';
import type { Subjects } from './subjects.ts';

/** What `rpc.<method>` answers. */
export type Reply = { readonly ok: true; readonly result: unknown } | ({ readonly ok: false } & RequestFailure);

/** The state of a study: the answer of `rpc.status`. */
export interface StudyStatus extends Progress<Params> {
  readonly study: string;
  readonly phase: string;
  readonly position: number;
  readonly paused: boolean;
  /** Configurations to try. */
  readonly limit?: number;
  /** Name of the first objective. */
  readonly objective: string;
}

/** The shortest time between two status messages, in milliseconds. */
const FRAME = 200;

/** Characters of rows or entries in one answer: a server takes a megabyte, and a character may be four bytes. */
const ROOM = 200_000;

/** Answers requests about a study and takes commands. If several engines serve the study, any one of them answers. */
export function answerRequests<P>(nc: NatsConnection, subjects: Subjects, log: NatsLog, run: EngineRun<P>) {
  const rows = new TrialRows<P>();
  const { append, note, end } = submitter(log);
  const best = () => {
    const { best: first } = run.engine.ledger;
    return first && (rows.get(first.trial) as TrialRow | undefined);
  };
  const status = (): StudyStatus => {
    const { ledger, phase } = run.engine;
    const { study, paused, limits, objectives } = ledger.settings;
    const { completed, stopped, failed } = rows.counts;
    return omitUndefined({
      study,
      phase,
      position: ledger.position,
      paused,
      objective: objectives[0]!.name,
      limit: limits.trials,
      trials: ledger.nextTrial - 1,
      open: ledger.running,
      completed,
      stopped,
      failed,
      best: best(),
      closed: ledger.closed,
    });
  };
  let due: ReturnType<typeof setTimeout> | undefined;
  const publishStatus = () => {
    due = undefined;
    if (!run.engine.ledger.created || !log.leads) return;
    const { best: first, ...rest } = status();
    const text = JSON.stringify({ ...rest, best: first });
    publish(nc, subjects.status, text.length > ROOM ? JSON.stringify(rest) : text);
  };

  const queries: Readonly<Record<Exclude<RequestMethod, Intent['type']>, (request: Readonly<Record<string, unknown>>) => unknown>> = {
    status,
    best: () => best() ?? null,
    trials: ({ after = 0, status: wanted }) => {
      const found = [...rows].filter((row) => row.trial > Number(after) && (wanted === undefined || row.status === wanted));
      const page = pager<TrialRow<P>>(ROOM);
      for (const row of found.sort((a, b) => a.trial - b.trial)) if (!page.add(row)) break;
      return page.items;
    },
    log: ({ after = 0 }) => pageOf(log, Number(after) + 1),
  };
  const resultOf = async (method: string, text: string): Promise<unknown> => {
    const known = requestMethods.find((name) => name === method);
    if (!known)
      throw new RefusedError({ code: 'unknown-command', message: `there is no ${method}; there are ${requestMethods.join(', ')}` });
    const request = requestOf(text);
    await run.started;
    if (isIntent(known)) return submit(parseIntent({ ...request, type: known }), run.engine.ledger, append);
    const refusal = validate(requestKinds[known].request, request);
    if (refusal) throw new RefusedError(refusal);
    return queries[known](request);
  };
  const answer = (method: string, text: string): Promise<Reply> =>
    resultOf(method, text).then(
      (result) => ({ ok: true, result }),
      (error: unknown) => ({ ok: false, ...failureOf(error) }),
    );
  const subscription = nc.subscribe(subjects.rpc('*'), {
    queue: 'engines',
    callback: (error, message) => {
      if (error || !isInbox(message.reply)) return;
      const method = message.subject.slice(message.subject.lastIndexOf('.') + 1);
      void answer(method, message.string()).then((reply) => respond(message, reply));
    },
  });
  return {
    note: (entry: AppliedEntry<P>) => {
      rows.fold(entry);
      note(entry);
      due ??= setTimeout(publishStatus, FRAME);
    },
    submit: (intent: Intent) => submit(intent, run.engine.ledger, append),
    close: () => {
      clearTimeout(due);
      publishStatus();
      subscription.unsubscribe();
      end(new StudyError('the engine has ended'));
    },
  };
}

/** Entries from a position on, as many as one answer has room for. */
async function pageOf(log: NatsLog, from: number): Promise<readonly Entry[]> {
  const page = pager<Entry>(ROOM);
  for await (const entries of past(log, from)) for (const entry of entries) if (!page.add(entry)) return page.items;
  return page.items;
}

/** Collects what fits into one answer: at least one item, and at most `room` characters. */
function pager<T>(room: number) {
  const items: T[] = [];
  let length = 0;
  return {
    items,
    /** @returns whether the item fits. */
    add: (item: T): boolean => {
      length += JSON.stringify(item).length;
      if (length > room && items.length > 0) return false;
      items.push(item);
      return true;
    },
  };
}

/** Sends an answer, or why it cannot be sent. Never throws, since a request must not end the engine. */
function respond(message: Msg, reply: Reply): void {
  try {
    message.respond(JSON.stringify(reply));
  } catch (error) {
    const refusal: Reply = { ok: false, error: `the answer cannot be sent: ${(error as Error).message}`, code: 'internal' };
    try {
      message.respond(JSON.stringify(refusal));
    } catch {} // the connection is closed
  }
}

/** An answer to any other subject could end up in a log. `_R_` is what the server makes of an inbox in another account. */
const isInbox = (reply: string | undefined): boolean => reply !== undefined && /^(_INBOX|_R_)/.test(reply);

const isIntent = (method: RequestMethod): method is Intent['type'] => Object.hasOwn(intentSchemas, method);

function requestOf(text: string): Readonly<Record<string, unknown>> {
  let data: unknown = {};
  try {
    if (text.trim() !== '') data = JSON.parse(text);
  } catch {
    data = undefined;
  }
  if (!isRecord(data)) throw new RefusedError({ code: 'not-json', message: 'a request must be a JSON object' });
  return data;
}
