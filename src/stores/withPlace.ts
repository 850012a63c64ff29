import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Access } from '../../streams/nats/connection/connect.ts';
import type { StudyPlace } from '../study/place.ts';
import { withoutPassword } from '../text/plainText.ts';
import { UsageError } from '../text/usage.ts';
import { folderPlace } from './folder.ts';
import { journalExpected, stemOf } from './journalFile.ts';
import { trialsDirectory } from './trialFiles.ts';

/** The server of a command on studies, if one is named. */
export interface RemotePlace extends Access {
  readonly nats?: string;
}

/** Calls a function with the studies in a folder or on a server. The default is the current folder. */
export async function withPlace<T>(folder: string | undefined, remote: RemotePlace, use: (place: StudyPlace) => Promise<T>): Promise<T> {
  const { nats = folder === undefined ? process.env.HYPERTIDE_NATS : undefined } = remote;
  if (nats === undefined) return use(folderPlace(folder ?? '.'));
  if (folder !== undefined) throw new UsageError(`${folder}: expected a folder or --nats, got both`);
  const [{ namingIn }, { accessOf, connect }, { openStatusLine }, { serverPlace }] = await Promise.all([
    import('../../streams/nats/connection/connect.ts'),
    import('./connect.ts'),
    import('../text/statusLine.ts'),
    import('../../streams/nats/place/place.ts'),
  ]);
  const nc = await connect(openStatusLine(), nats, { inboxPrefix: '_INBOX_viewer', ...accessOf(remote) });
  try {
    return await use(serverPlace(nc, withoutPassword(nats), namingIn(nats)));
  } finally {
    await nc.close();
  }
}

/** One study of a place. */
export interface StudyInPlace {
  readonly place: StudyPlace;
  readonly name: string;
}

/** Calls a function with a study in a journal or on a server. @throws UsageError unless exactly one is named. */
export async function withStudyIn<T>(
  journal: string | undefined,
  { study, ...remote }: RemotePlace & { readonly study?: string },
  use: (placed: StudyInPlace) => Promise<T>,
): Promise<T> {
  if (journal !== undefined) {
    if (study !== undefined || remote.nats !== undefined) throw new UsageError(`${journal}: expected a journal or --nats, got both`);
    if (!journal.endsWith('.jsonl')) throw new UsageError(`${journal}: expected a journal, a file that ends in .jsonl`);
    return withPlace(dirname(journal), {}, (place) => use({ place, name: basename(stemOf(journal)) }));
  }
  const nats = remote.nats ?? process.env.HYPERTIDE_NATS;
  if (nats === undefined || study === undefined) throw journalExpected();
  return withPlace(undefined, { ...remote, nats }, (place) => use({ place, name: study }));
}

/** @throws UsageError if the folder for a new study's trials exists already. If there is a study of this name, `begin` and `restore` report that instead. */
export async function checkFolder(place: StudyPlace, name: string, folder: string, otherwise: string): Promise<void> {
  const isKnown = async () => (await place.names().catch((): string[] => [])).includes(name); // there may be no folder of studies yet
  if (existsSync(folder) && !(await isKnown())) throw new UsageError(`${folder}: a folder with this name exists already; ${otherwise}`);
}

/** The folder of a study's trials. Those of a study on a server are below the current folder, unless an option says otherwise. */
export const trialsOf = ({ place, name }: StudyInPlace, directory?: string): string => {
  if (directory !== undefined) return resolve(directory);
  return trialsDirectory(place.form === 'journal' ? join(place.place, name) : name);
};
