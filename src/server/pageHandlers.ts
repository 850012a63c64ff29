import { omitUndefined } from '../schema/omitUndefined.ts';
import { RefusedError, unknownTrial } from '../study/commands.ts';
import type { User } from './access/users.ts';
import type { KeptFiles } from './feed/kept.ts';
import { recommendedOf } from './feed/recommended.ts';
import { entriesOf } from './feed/trialEntries.ts';
import type { pageOperations } from './pageOperations.ts';
import type { Handler, HttpRequest } from './request.ts';
import type { ServedStudies } from './studies.ts';
import { rowOf } from './view.ts';

/** The files of the trials of a study; undefined if they are on another machine. @throws RefusedError if there is no such trial */
async function keptFor(studies: ServedStudies, { study, trial }: HttpRequest): Promise<KeptFiles | undefined> {
  const open = studies.open(study);
  await rowOf(open, trial);
  return open.files;
}

/** The same, to open one of them. @throws RefusedError if they are on another machine */
export async function filesFor(studies: ServedStudies, request: HttpRequest): Promise<KeptFiles> {
  const files = await keptFor(studies, request);
  if (files) return files;
  throw new RefusedError({ code: 'unknown-file', message: `${request.study}: the files of its trials are on another machine` });
}

/** The user of a request; without users, everyone may do everything. */
const about = (user: User | undefined) => omitUndefined({ name: user?.name, role: user?.role ?? 'agent' });

/** An operation with another answer than JSON. */
export type MediaOperationId = 'watch' | 'getReport' | 'getFile';

/** Answers the requests of the page that are answered in JSON. */
export const pageHandlers: Readonly<Record<Exclude<keyof typeof pageOperations, MediaOperationId>, Handler>> = {
  whoAmI: (_, { user }) => about(user),
  signIn: (_, { user }) => about(user),
  summary: (studies, { study }) => studies.compute(studies.open(study), async (feed) => feed.summary()),
  recommendation: async (studies, { study }) => (await studies.compute(studies.open(study), recommendedOf)) ?? null,
  trialFacts: async (studies, { study, trial }) => {
    const found = await studies.compute(studies.open(study), (feed) => entriesOf(feed, trial));
    if (!found) throw new RefusedError(unknownTrial(trial));
    return found;
  },
  listFiles: async (studies, request) => (await (await keptFor(studies, request))?.list(request.trial)) ?? null,
  addFile: async (studies, request) => {
    const { trial, file = '', bytes = new Uint8Array() } = request;
    return { name: await (await filesFor(studies, request)).add(trial, file, bytes) };
  },
};
