import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectTo } from '../../../streams/nats/connection/connect.ts';
import { isForbidden } from '../../../streams/nats/connection/retry.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { StudyError } from '../../errors.ts';
import { withArchive, writeArchive } from '../../stores/archive.ts';
import type { StudyPlace } from '../../study/place.ts';
import type { ServingOptions } from './served.ts';

/**
 * Writes an archive of a study into a folder, unless the folder has one of the same entries, and reads it back.
 *
 * @returns its path. @throws StudyError if it is not equal to the study
 */
export async function archivedIn(folder: string, place: StudyPlace, study: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const isEqual = (path: string) => withArchive(path, path, ({ matches }) => matches(place, study));
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? `${study}.tar.gz` : `${study}-${n}.tar.gz`); // others are of earlier studies of this name
    if (existsSync(path)) {
      if (await isEqual(path).catch(() => false)) return path;
      continue;
    }
    await writeArchive(place, study, [], path).catch((error) => existsSync(path) || Promise.reject(error)); // another engine has just written it
    if (await isEqual(path)) return path;
    await place.replicas(study); // it fails if another engine has archived the study, and deleted it
    throw new StudyError(`${path}: is not equal to ${study}, whose log is being written`);
  }
}

/** A server, and a login there that may delete studies, if that of this process may not: a file with credentials or with a seed. */
export interface Deleting extends Pick<ServingOptions, 'nats' | 'naming' | 'access'> {
  readonly as?: string | undefined;
}

/** Calls a function with the studies of a server, as the user that may delete them. @param own those of this process */
export async function asAdmin<T>(
  { nats, naming, access, as }: Deleting,
  own: StudyPlace,
  use: (place: StudyPlace) => Promise<T>,
): Promise<T> {
  if (as === undefined) return use(own);
  const nc = await connectTo(nats, { inboxPrefix: '_INBOX_admin', ...access, creds: as });
  return use(serverPlace(nc, nats, naming)).finally(() => nc.close());
}

/** Deletes a study from its server after it was archived. @throws StudyError with what to do, if this login may not */
export async function deleteArchived(place: StudyPlace, study: string, entries: number, path: string): Promise<void> {
  await place.delete(study, entries).catch((cause: Error) => {
    if (!isForbidden(cause) && !isForbidden(cause.cause)) throw cause;
    const todo = `delete it as an admin: hypertide study delete ${study} --yes`;
    throw new StudyError(`${study} is archived in ${path}, but the login of this process may not delete it`, { cause, todo });
  });
}
