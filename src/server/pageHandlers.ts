import { omitUndefined } from '../schema/omitUndefined.ts';
import { recordOf } from '../schema/recordOf.ts';
import { RefusedError, unknownTrial } from '../study/commands.ts';
import { ANYONE } from './access/access.ts';
import type { Feed } from './feed/feed.ts';
import type { TrialEntry } from './feed/wire.ts';
import { type Question, questions } from './questions/question.ts';
import type { Handler, HttpRequest } from './request.ts';
import type { KeptFiles, ServedStudies } from './servedStudies.ts';
import { liveRow } from './view.ts';

/** The files of the trials of a study; undefined if they are on another machine. @throws RefusedError if there is no such trial */
async function keptFor(studies: ServedStudies, { study, trial }: HttpRequest): Promise<KeptFiles | undefined> {
  const open = studies.open(study);
  await liveRow(open, trial);
  return open.files;
}

/** The same, to open one of them. @throws RefusedError if they are on another machine */
export async function filesFor(studies: ServedStudies, request: HttpRequest): Promise<KeptFiles> {
  const files = await keptFor(studies, request);
  if (files) return files;
  throw new RefusedError({ code: 'unknown-file', message: `${request.study}: the files of its trials are on another machine` });
}

/** An operation with another answer than JSON. */
export type MediaOperationId = 'watch' | 'getReport' | 'getFile';

/** Answers what reads much of a log. */
const asking =
  (what: Question['what']): Handler =>
  (studies, { study, trial, fields, user = ANYONE, whenGone }) =>
    studies.questions.ask(studies.open(study).feed, { ...fields, what, trial }, user.name, whenGone);

/** Answers the requests of the page, and of others who want to know more than a study says about itself. */
export const pageHandlers = {
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
} as const satisfies Readonly<Record<string, Handler>>;

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
