import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { nuid } from '@nats-io/nats-core';
import type { Entry } from '../../src/entry.ts';
import type { Changed, CloseReason, Command, Params } from '../../src/facts/facts.ts';
import { validate } from '../../src/facts/validate.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { closedFact } from '../../src/ledger/ranking.ts';
import type { TrialId } from '../../src/messages.ts';
import { type TrialRow, TrialRows } from '../../src/study/trials.ts';
import { dryRunChange } from '../engine/dryRun.ts';
import type { Run } from '../engine/run.ts';
import { past } from '../log/past.ts';
import type { Progress } from '../observe.ts';
import { publish } from './connection.ts';
import type { NatsLog } from './log.ts';
import { type RequestMethod, requestKinds, requestMethods } from './requests.ts';
import type { Subjects } from './subjects.ts';

/** What `rpc.<method>` answers. */
export type Reply = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

/** How a study stands, as `rpc.status` tells. */
export interface Status extends Progress<Params> {
  readonly study: string;
  readonly phase: string;
  readonly position: number;
  readonly paused: boolean;
  /** Configurations to try. */
  readonly limit?: number;
  /** Name of the first objective. */
  readonly objective: string;
}

/** Milliseconds between two words on how the study stands. */
const FRAME = 200;

/** Characters of rows or entries in one answer: a server takes a megabyte, and a character may be four bytes. */
const ROOM = 200_000;

/** Answers requests of people: about the study, and to it. Of several engines, any one answers. */
export function answerRequests<P>(nc: NatsConnection, subjects: Subjects, log: NatsLog) {
  const rows = new TrialRows<P>();
  const waiting = new Map<string, (noted: AppliedEntry) => void>();

  /** Appends a fact, and waits for what becomes of it. */
  const say = async (fact: Command | ReturnType<typeof closedFact>): Promise<{ position: number }> => {
    const request = nuid.next();
    const answered = new Promise<AppliedEntry>((resolve) => waiting.set(request, resolve));
    while ((await log.append({ ...fact, request })) === 'fenced'); // it is no decision: what others wrote first does not change it
    const { position, refusal } = await answered;
    if (refusal) throw new RequestRefused(refusal.message);
    return { position };
  };

  const bestOf = ({ engine: { ledger } }: Run<P>) => (ledger.best ? (rows.get(ledger.best.trial) as TrialRow | undefined) : undefined);
  const statusOf = (run: Run<P>): Status => {
    const { ledger, phase } = run.engine;
    const { study, paused, limits, objectives } = ledger.settings;
    const { completed, stopped, failed } = rows.counts;
    const best = bestOf(run);
    return {
      study,
      phase,
      position: ledger.position,
      paused,
      objective: objectives[0]!.name,
      ...(limits.trials !== undefined && { limit: limits.trials }),
      trials: ledger.nextTrial - 1,
      open: ledger.running,
      completed,
      stopped,
      failed,
      ...(best && { best }),
      ...(ledger.closed !== undefined && { closed: ledger.closed }),
    };
  };
  let due: ReturnType<typeof setTimeout> | undefined;
  const publishStatus = () => {
    due = undefined;
    if (!requests.run?.engine.ledger.created || !log.leads) return;
    const { best, ...rest } = statusOf(requests.run);
    const text = JSON.stringify({ ...rest, ...(best && { best }) });
    publish(nc, subjects.status, text.length > ROOM ? JSON.stringify(rest) : text);
  };

  const methods: Readonly<Record<RequestMethod, (run: Run<P>, request: Readonly<Record<string, unknown>>) => unknown>> = {
    status: statusOf,
    best: (run) => bestOf(run) ?? null,
    trials: (_, { after = 0, status }) => {
      const found = [...rows].filter((row) => row.trial > Number(after) && (status === undefined || row.status === status));
      const page = pager<TrialRow<P>>(ROOM);
      for (const row of found.sort((a, b) => a.trial - b.trial)) if (!page.add(row)) break;
      return page.items;
    },
    log: (_, { after = 0 }) => pageOf(log, Number(after) + 1),
    enqueue: (_, { params }) => say({ type: 'enqueued', params: params as Params }),
    retract: (_, { trial }) => say({ type: 'retracted', trial: trial as TrialId }),
    cancel: (_, { trial }) => say({ type: 'cancelled', trial: trial as TrialId }),
    change: ({ engine }, { paused, parallel, limits, strategy, rules }) => {
      const changes = definedOf({ paused, parallel, limits, strategy, rules });
      if (Object.keys(changes).length === 0)
        throw new RequestRefused('nothing to change: expected one of paused, parallel, limits, strategy, rules');
      if (strategy !== undefined) Object.assign(changes, { strategy: dryRunChange(engine.ledger, strategy) });
      return say({ type: 'changed', ...changes } as Changed);
    },
    close: ({ engine: { ledger } }) => {
      if (ledger.closed !== undefined) throw new RequestRefused(`the study is closed already: ${ledger.closed}`);
      return say(closedFact('person' satisfies CloseReason, ledger.best));
    },
  };

  const requests = {
    /** Set once there is an engine. */
    run: undefined as Run<P> | undefined,
    note: (noted: AppliedEntry<P>) => {
      rows.fold(noted);
      due ??= setTimeout(publishStatus, FRAME);
      const { request } = (noted.fact ?? {}) as { request?: string };
      if (request === undefined) return;
      waiting.get(request)?.(noted);
      waiting.delete(request);
    },
    close: () => {
      clearTimeout(due);
      publishStatus();
      subscription.unsubscribe();
    },
  };
  const answer = async (method: string, text: string): Promise<Reply> => {
    try {
      const known = requestMethods.find((name) => name === method);
      if (!known) throw new RequestRefused(`there is no ${method}; there are ${requestMethods.join(', ')}`);
      const request = requestOf(text);
      const wrong = validate(requestKinds[known].request, request);
      if (wrong) throw new RequestRefused(wrong.message);
      const { run } = requests;
      if (!run) throw new RequestRefused('the engine has only begun; ask again');
      await run.started;
      return { ok: true, result: await methods[known](run, request) };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
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
  return requests;
}

/** Entries from a position on, as many as one answer has room for. */
async function pageOf(log: NatsLog, from: number): Promise<readonly Entry[]> {
  const page = pager<Entry>(ROOM);
  for await (const entries of past(log, from)) for (const entry of entries) if (!page.add(entry)) return page.items;
  return page.items;
}

/** What fits into one answer: at least one item, and no more than there is room for. */
function pager<T>(room: number) {
  const items: T[] = [];
  let length = 0;
  return {
    items,
    /** @returns whether the item went in. */
    add: (item: T): boolean => {
      length += JSON.stringify(item).length;
      if (length > room && items.length > 0) return false;
      items.push(item);
      return true;
    },
  };
}

/** Sends an answer, or why it cannot be sent. Never throws: a request must not end the engine. */
function respond(message: Msg, reply: Reply): void {
  try {
    message.respond(JSON.stringify(reply));
  } catch (error) {
    const refusal: Reply = { ok: false, error: `the answer cannot be sent: ${(error as Error).message}` };
    try {
      message.respond(JSON.stringify(refusal));
    } catch {} // the connection is closed
  }
}

/** An answer to any other subject could be one to a log. `_R_` is what the server makes of an inbox in another account. */
const isInbox = (reply: string | undefined): boolean => reply !== undefined && /^(_INBOX|_R_)/.test(reply);

/** A request that cannot be met; the message says why. */
class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
}

function requestOf(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new RequestRefused('a request must be JSON');
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new RequestRefused('a request must be an object');
  return data as Readonly<Record<string, unknown>>;
}

const definedOf = (record: object): object => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
