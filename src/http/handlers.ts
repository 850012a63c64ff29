import type { HostedStudy } from '../../streams/host.ts';
import type { TrialEvent } from '../facts/facts.ts';
import { omitUndefined } from '../omitUndefined.ts';
import { type Intent, parseIntent, RefusedError } from '../study/commands.ts';
import type { OperationId } from './operations.ts';
import { type Studies, studyIn } from './studies.ts';
import type { User } from './users.ts';

/** A request that fits the schema of its operation. */
export interface Request {
  /** From the path; empty and 0 if the path has none. */
  readonly study: string;
  readonly trial: number;
  /** From the body or the query. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Absent on a server without users. */
  readonly user: User | undefined;
  /** The name of the request, by which a repeated one is recognised. */
  readonly key: string | undefined;
  /** Calls back when the client has gone. @returns a function that unsubscribes */
  whenGone(leave: () => void): () => void;
}

type Handler = (studies: Studies, request: Request) => unknown;

/** Seconds that an ask waits, unless it says otherwise. */
const PATIENCE = 30;

const described = async (study: HostedStudy) => {
  await study.ready();
  return { ...study.answers.status(), created: study.ledger.created };
};

/** What a trainer says of a trial becomes a fact with its name. */
const saying =
  (type: TrialEvent['type']): Handler =>
  (studies, { study, trial, fields, user, key }) =>
    studyIn(studies, study).say({ ...fields, type, trial } as TrialEvent, { author: user?.name, request: key });

/** What a person asks of a study becomes a fact with the name of the person. */
const commanding =
  (type: Intent['type']): Handler =>
  (studies, { study, trial, fields, user, key }) => {
    const intent = parseIntent({ ...fields, type, ...(trial > 0 && { trial }) });
    return studyIn(studies, study).submit(intent, { user: user?.name, request: key });
  };

/** How the server answers each operation. */
export const handlers: Readonly<Record<OperationId, Handler>> = {
  listStudies: async (studies) => {
    for (const study of studies.all.values()) await study.ready();
    return [...studies.all.values()].map(({ answers }) => answers.status());
  },
  createStudy: async (studies, { fields }) => described(await studies.create(fields)),
  getStudy: (studies, { study }) => described(studyIn(studies, study)),
  ask: async (studies, { study, fields, user, key, whenGone }) => {
    const { wait = PATIENCE, run = key, trainer } = fields as { wait?: number; run?: string; trainer?: string };
    const leaving = new AbortController();
    const stay = whenGone(() => leaving.abort());
    try {
      return await studyIn(studies, study).ask({ author: user?.name, trainer, run, wait, signal: leaving.signal });
    } finally {
      stay();
    }
  },
  report: saying('reported'),
  heartbeat: async (studies, { study, trial, fields, user }) => {
    const hosted = studyIn(studies, study);
    await hosted.ready();
    return hosted.beat(trial, fields.run as string, user?.name);
  },
  tell: saying('completed'),
  stopped: saying('stopped'),
  fail: (studies, request) => saying('failed')(studies, { ...request, fields: { reason: 'error', ...request.fields } }),
  best: async (studies, { study }) => {
    const hosted = studyIn(studies, study);
    await hosted.ready();
    return hosted.answers.status().best ?? null;
  },
  listTrials: async (studies, { study, fields }) => {
    const hosted = studyIn(studies, study);
    await hosted.ready();
    const { items, more } = hosted.answers.page(fields);
    return omitUndefined({ trials: items, next: more ? items.at(-1)!.trial : undefined });
  },
  getTrial: async (studies, { study, trial }) => {
    const hosted = studyIn(studies, study);
    await hosted.ready();
    const row = hosted.answers.rows.get(trial);
    if (!row) throw new RefusedError({ code: 'unknown-trial', message: `there is no trial ${trial}` });
    return row;
  },
  facts: (studies, { study, fields }) => studyIn(studies, study).answers.answer('log', fields),
  enqueue: commanding('enqueue'),
  change: commanding('change'),
  close: commanding('close'),
  retract: commanding('retract'),
  cancel: commanding('cancel'),
};
