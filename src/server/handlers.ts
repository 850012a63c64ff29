import { whyOf } from '../../streams/explanation/whyOf.ts';
import type { WhenGone } from '../../streams/host/claimedTrial.ts';
import type { HostedStudy } from '../../streams/host/host.ts';
import { importancesOf } from '../dashboard/importances.ts';
import type { Params, TrialEvent } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { parseIntent, RefusedError } from '../study/commands.ts';
import { forIntents, type Intent, isIntent } from '../study/intents.ts';
import { sentenceFor } from './failure.ts';
import { describedFields } from './fields.ts';
import { type OperationId, operations } from './operations.ts';
import type { RunningStudies } from './studies.ts';
import type { User } from './users.ts';

/** A request that fits the schema of its operation; it may have more fields. */
export interface HttpRequest {
  /** From the path; empty and 0 if the path has none. */
  readonly study: string;
  readonly trial: number;
  /** From the body or the query. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Absent on a server without users. */
  readonly user: User | undefined;
  /** The name of the request, to recognise a repetition. */
  readonly key: string | undefined;
  readonly whenGone?: WhenGone;
}

type Handler = (studies: RunningStudies, request: HttpRequest) => unknown;

/** Seconds that an ask waits by default. */
const PATIENCE = 30;

/** The state of a study, even if it can no longer be run. */
function stateOf({ answers, failure }: HostedStudy) {
  const status = answers.status();
  return failure === undefined ? status : { ...status, error: sentenceFor(failure.error) };
}

const described = async (study: HostedStudy) => {
  await study.ready();
  return { ...stateOf(study), created: study.ledger.created };
};

/** A trainer's request about a trial becomes a fact with its name. */
const saying =
  (type: TrialEvent['type']): Handler =>
  (studies, { study, trial, fields, user, key }) =>
    studies.open(study).say({ ...fields, type, trial } as TrialEvent, { author: user?.name, request: key });

/** A command on the trial in the path, or on the study. @throws RefusedError */
const intentOf = (type: Intent['type'], trial: number, fields: HttpRequest['fields']): Intent =>
  parseIntent({ ...fields, type, ...(trial > 0 && { trial }) });

/** A person's command becomes a fact with the name of the person. */
const commanding =
  (type: Intent['type']): Handler =>
  async (studies, { study, trial, fields, user, key }) => {
    const intent = intentOf(type, trial, fields);
    const { position, fact } = await studies.open(study).submit(intent, { user: user?.name, request: key });
    return { position, fact };
  };

const noTrial = (trial: number): RefusedError => new RefusedError({ code: 'unknown-trial', message: `there is no trial ${trial}` });

const handlers: Readonly<Record<OperationId, Handler>> = {
  listStudies: async (studies) => {
    const names = await studies.names();
    return names.map((name) => stateOf(studies.open(name)));
  },
  createStudy: async (studies, { fields }) => {
    const name = fields.name as string;
    await studies.create(name, fields);
    return described(studies.open(name));
  },
  getStudy: (studies, { study }) => described(studies.open(study)),
  ask: (studies, { study, fields, user, key, whenGone }) => {
    const { wait = PATIENCE, run = key, trainer, fixed } = fields as { wait?: number; run?: string; trainer?: string; fixed?: Params };
    return studies.open(study).ask({ author: user?.name, trainer, run, wait, fixed, whenGone });
  },
  report: saying('reported'),
  heartbeat: async (studies, { study, trial, fields, user }) => {
    const hosted = studies.open(study);
    await hosted.ready();
    return hosted.beat(trial, fields.run as string, user?.name);
  },
  tell: saying('completed'),
  stopped: saying('stopped'),
  fail: (studies, request) => saying('failed')(studies, { ...request, fields: { reason: 'error', ...request.fields } }),
  best: async (studies, { study }) => {
    const hosted = studies.open(study);
    await hosted.ready();
    return hosted.answers.status().best ?? null;
  },
  listTrials: async (studies, { study, fields }) => {
    const hosted = studies.open(study);
    await hosted.ready();
    const { items, more } = hosted.answers.page(fields);
    return omitUndefined({ trials: items, next: more ? items.at(-1)!.trial : undefined });
  },
  getTrial: async (studies, { study, trial }) => {
    const hosted = studies.open(study);
    await hosted.ready();
    const row = hosted.answers.rows.get(trial);
    if (!row) throw noTrial(trial);
    return row;
  },
  facts: (studies, { study, fields }) => studies.open(study).answers.answer('log', fields),
  why: async (studies, { study, trial }) => {
    const why = await studies.feeds.use(studies.open(study), (feed) => whyOf(feed, trial));
    if (!why) throw noTrial(trial);
    return why;
  },
  importance: async (studies, { study, fields }) => {
    const { objective } = fields as { objective?: string };
    return (await studies.feeds.use(studies.open(study), (feed) => importancesOf(feed, objective))) ?? null;
  },
  turn: (studies, { study, fields, whenGone }) => {
    const { proposer, ahead, wait = PATIENCE } = fields as { proposer: string; ahead?: number; wait?: number };
    return studies.open(study).turn(proposer, { ahead, wait, whenGone });
  },
  listTrainers: (studies, { study }) => studies.open(study).trainers(),
  ...forIntents(commanding),
};

/**
 * Answers a request, if the allowance of its user permits it.
 *
 * @param dry whether to answer only what it would do.
 * @throws RefusedError; what the operation throws.
 */
export async function handle(id: OperationId, studies: RunningStudies, given: HttpRequest, dry = false): Promise<unknown> {
  const request = { ...given, fields: describedFields(operations[id], given.fields) };
  const isDry = operations[id].method === 'post' && (dry || request.user?.dryRun === true);
  const settle = studies.allowances.admit(id, request.user);
  try {
    return isDry ? { dry_run: true, ...(await preview(id, studies, request)) } : await handlers[id](studies, request);
  } finally {
    settle();
  }
}

/** What a command would do, without doing it. @throws RefusedError as the operation would; what a strategy throws. */
async function preview(id: OperationId, studies: RunningStudies, { study, trial, fields, user }: HttpRequest): Promise<object> {
  if (id === 'createStudy') return { creates: await studies.check(fields.name as string, fields) };
  const hosted = studies.open(study);
  await hosted.ready();
  if (isIntent(id)) return { fact: hosted.preview(intentOf(id, trial, fields)) };
  const types: Readonly<Record<string, TrialEvent['type']>> = { report: 'reported', tell: 'completed', stopped: 'stopped', fail: 'failed' };
  if (Object.hasOwn(types, id)) {
    const fact = { ...fields, type: types[id]!, trial } as TrialEvent;
    const refusal = hosted.ledger.refusesFrom(fact, user?.name);
    if (refusal) throw new RefusedError(refusal);
    return { fact };
  }
  const { open } = hosted.answers.status();
  return { open, parallel: hosted.ledger.settings.parallel };
}
