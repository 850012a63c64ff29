import { previewOf } from '../../streams/engine/dryRun.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { answers, type ReadingId } from '../../streams/study/answer.ts';
import type { LocalPort } from '../../streams/study/port/local.ts';
import type { Params, TrialEvent } from '../facts/facts.ts';
import { type Said, withMeans } from '../ledger/exampleFacts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { recordOf } from '../schema/recordOf.ts';
import { parseIntent, RefusedError, unknownTrial } from '../study/commands.ts';
import { forIntents, type Intent, isIntent } from '../study/intents.ts';
import { trainerRows } from '../study/trainerRows.ts';
import { verbs } from '../study/verbs.ts';
import { ANYONE } from './access/access.ts';
import type { Feed } from './feed/feed.ts';
import type { TrialEntry } from './feed/wire.ts';
import { type Question, questions } from './questions/question.ts';
import type { Handler, HttpRequest } from './request.ts';
import type { OperationId } from './routes.ts';
import type { OpenStudy, ServedStudies } from './servedStudies.ts';
import { operations } from './serverOperations.ts';
import { caughtUp, filesFor, keptFor, liveRow, liveState, viewOf } from './studyView.ts';

/** An operation with another answer than JSON. */
export type MediaOperationId = 'watch' | 'getReport' | 'getFile';
/** An operation with an answer in JSON. */
export type JsonOperationId = Exclude<OperationId, MediaOperationId>;

/** Seconds that an ask waits by default. */
const WAIT_SECONDS = 30;

/** @throws RefusedError if another process runs the study */
function hostOf({ name, host }: OpenStudy): LocalPort {
  if (host) return host;
  throw new RefusedError({
    code: 'elsewhere',
    message: `${name}: this server only shows the study, so it gives no trials: ask the one that runs it`,
  });
}

/** A trainer's request about a trial becomes a fact with its name. */
const saying =
  (type: TrialEvent['type']): Handler =>
  (studies, { study, trial, fields, user, key }) =>
    hostOf(studies.open(study)).record({ ...fields, type, trial } as Said, { author: user?.name, request: key });

/** A command on the trial in the path, or on the study. @throws RefusedError */
const intentOf = (type: Intent['type'], trial: number, fields: HttpRequest['fields']): Intent =>
  parseIntent({ ...fields, type, ...(trial > 0 && { trial }) });

/** A person's command becomes a fact with the name of the person. */
const commanding =
  (type: Intent['type']): Handler =>
  async (studies, { study, trial, fields, user, key }) => {
    const intent = intentOf(type, trial, fields);
    const { source, feed } = studies.open(study);
    const { position, fact, running } = await source.submit(intent, { user: user?.name, request: key });
    await feed.reached(position); // so that a page which reads next sees it
    return { position, fact, running };
  };

/** Answers what every study answers about itself. */
const reading =
  (id: ReadingId): Handler =>
  async (studies, { study: name, fields, signal }) => {
    const study = studies.open(name);
    const { source } = study;
    const { ledger, rows } = await viewOf(study);
    const asked = {
      ledger,
      rows,
      status: () => liveState(study)!,
      trainers: () => source.trainers?.() ?? trainerRows(ledger),
      past: source.past,
      turn: (proposer: string, options: object) => hostOf(study).turn(proposer, { wait: WAIT_SECONDS, ...options, signal }),
    };
    const act = () => answers[id](asked, fields);
    return id === 'log' ? studies.inTurn(act) : act();
  };

/** Answers what reads much of a log. */
const asking =
  (what: Question['what']): Handler =>
  (studies, { study, trial, fields, user = ANYONE, signal }) =>
    studies.questions.ask(studies.open(study).feed, { ...fields, what, trial }, user.name, signal);

const readings = recordOf(Object.keys(answers) as ReadingId[], reading);

const handlers: Readonly<Record<JsonOperationId, Handler>> = {
  ...readings,
  studies: async (studies) => {
    const all = studies.loaded;
    await Promise.all(all.map((study) => study.host && caughtUp(study).catch(() => {})));
    return [...all.flatMap((study) => liveState(study) ?? []), ...studies.unloaded];
  },
  create: async (studies, request) => {
    const study = request.fields.name as string;
    await studies.create(study, request.fields);
    return readings.study(studies, { ...request, study });
  },
  ask: (studies, { study, fields, user, key, signal }) => {
    const { wait = WAIT_SECONDS, run = key, trainer, fixed } = fields as { wait?: number; run?: string; trainer?: string; fixed?: Params };
    return hostOf(studies.open(study)).ask({ author: user?.name, trainer, run, wait, fixed, signal });
  },
  report: saying('reported'),
  heartbeat: async (studies, { study, trial, fields, user }) => {
    const host = hostOf(studies.open(study));
    await host.ready();
    return host.heartbeat(trial, fields.run as string, { author: user?.name });
  },
  tell: saying('completed'),
  stopped: saying('stopped'),
  fail: (studies, request) => saying('failed')(studies, { ...request, fields: { reason: 'error', ...request.fields } }),
  trial: (studies, { study, trial }) => liveRow(studies.open(study), trial),
  ...forIntents(commanding),
  signIn: (_, { user }) => omitUndefined({ name: user?.name, role: user?.role ?? 'agent' }), // without users, everyone may do everything
  summary: async (studies, { study }) => {
    const { feed } = studies.open(study);
    await feed.caughtUp;
    return feed.summary();
  },
  ...recordOf(questions, asking),
  trialLog: async (studies, { study, trial }) => {
    const { feed } = studies.open(study);
    await feed.caughtUp;
    const found = await studies.inTurn(() => entriesOf(feed, trial));
    if (!found) throw new RefusedError(unknownTrial(trial));
    return found;
  },
  listFiles: async (studies, request) => (await (await keptFor(studies, request))?.list(request.trial)) ?? null,
  addFile: async (studies, request) => {
    const { trial, file = '', bytes = new Uint8Array() } = request;
    return { name: await (await filesFor(studies, request)).add(trial, file, bytes) };
  },
};

/**
 * Answers a request, if the allowance of its user permits it.
 *
 * @param dry whether to answer only what it would do.
 * @throws RefusedError; what the operation throws.
 */
export async function handle(id: JsonOperationId, studies: ServedStudies, request: HttpRequest, dry = false): Promise<unknown> {
  const loading = studies.load(request.study);
  if (loading) await loading; // each wait costs as much as a check
  const isDry = operations[id].method === 'post' && (dry || request.user?.dryRun === true);
  const settle = studies.allowances.admit(id, request.user);
  try {
    return isDry ? { dry_run: true, ...(await preview(id, studies, request)) } : await handlers[id](studies, request);
  } finally {
    settle();
  }
}

/** What a command would do, without doing it. @throws RefusedError as the operation would; what a strategy throws. */
async function preview(id: JsonOperationId, studies: ServedStudies, { study, trial, fields, user }: HttpRequest): Promise<object> {
  if (id === 'create') return { creates: await studies.check(fields.name as string, fields) };
  const { ledger } = await viewOf(studies.open(study));
  if (isIntent(id)) return { fact: previewOf(intentOf(id, trial, fields), ledger, parseStrategy) };
  const [said] = Object.entries(verbs).find(([, verb]) => verb === id) ?? [];
  if (said !== undefined) {
    const fact = withMeans({ ...fields, type: said, trial } as Said, ledger.open);
    const refusal = ledger.refusesFrom(fact, user?.name);
    if (refusal) throw new RefusedError(refusal);
    return { fact };
  }
  return { open: ledger.running, parallel: ledger.settings.parallel };
}

/** The most entries of a trial that are returned: if there are more, the first and the last ones. */
const MOST_ENTRIES = 2000;

/** All entries about a trial in order, including those that do not count. */
async function entriesOf(feed: Feed, trial: number): Promise<TrialEntry[] | undefined> {
  const history = feed.begun?.changes.history(trial);
  if (history === undefined) return undefined;
  const found: TrialEntry[] = [];
  for await (const entries of feed.source.past(history.first)) {
    for (const { position, at, fact, refusal } of entries) {
      if ((fact as { trial?: unknown } | null)?.trial === trial) found.push({ position, at, fact, ...(refusal && { refusal }) });
    }
    if (entries.at(-1)!.position >= history.last) break;
  }
  return found.length <= MOST_ENTRIES ? found : [...found.slice(0, MOST_ENTRIES / 2), ...found.slice(-MOST_ENTRIES / 2)];
}
