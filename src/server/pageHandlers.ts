import { omitUndefined } from '../schema/omitUndefined.ts';
import { RefusedError } from '../study/commands.ts';
import type { User } from './access/users.ts';
import type { KeptFiles } from './feed/kept.ts';
import { recommendedOf } from './feed/recommended.ts';
import { entriesOf } from './feed/trialEntries.ts';
import type { pageOperations } from './pageOperations.ts';
import type { Handler, HttpRequest } from './request.ts';
import type { OpenStudy, ServedStudies } from './studies.ts';

/** The trial of a request to its files. @throws RefusedError if there is none */
export function knownTrial(studies: ServedStudies, { study, trial }: HttpRequest): OpenStudy {
  const open = studies.open(study);
  if (open.feed().state()?.rows.get(trial) ?? open.host?.answers.rows.get(trial)) return open;
  throw new RefusedError({ code: 'unknown-trial', message: `there is no trial ${trial}` });
}

/** @throws RefusedError if the files of the trials are on another machine */
export function filesOf({ name, files }: OpenStudy): KeptFiles {
  if (files) return files;
  throw new RefusedError({ code: 'unknown-file', message: `${name}: the files of its trials are on another machine` });
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
    if (!found) throw new RefusedError({ code: 'unknown-trial', message: `there is no trial ${trial}` });
    return found;
  },
  listFiles: async (studies, request) => (await knownTrial(studies, request).files?.list(request.trial)) ?? null,
  addFile: async (studies, request) => {
    const { trial, file = '', bytes = new Uint8Array() } = request;
    return { name: await filesOf(knownTrial(studies, request)).add(trial, file, bytes) };
  },
};
