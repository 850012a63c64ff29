import { isThere, withArchive } from '../../places/archive.ts';
import { type RemotePlace, trialsOf, withPlace } from '../../places/withPlace.ts';
import { inform } from '../../terminal/output.ts';
import { UsageError } from '../../usage.ts';

interface RestoreOptions extends RemotePlace {
  readonly folder?: string;
  readonly name?: string;
  readonly directory?: string;
}

/** `hypertide restore`: the study of an archive, in a folder or on a server. Resolves with the exit status. */
export async function restore(path: string, { folder, name, directory, ...remote }: RestoreOptions): Promise<number> {
  await withPlace(folder, remote, (place) =>
    withArchive(path, trialsOf({ place, name: 'restored' }, directory), async ({ contents, restore: restoreLog, restoreTrials }) => {
      const study = name ?? contents.study;
      const trials = trialsOf({ place, name: study }, directory);
      if (await isThere(trials))
        throw new UsageError(`${trials}: a folder with this name exists already; choose another one with --directory`);
      await restoreLog(place, study);
      const moved = await restoreTrials(trials);
      if (contents.checkpoints && place.form === 'journal')
        inform(
          `${study}: the checkpoints that workers saved on the server are left out; restore the study on a server to resume from them`,
        );
      inform(`${study}: restored in ${place.place}, ${contents.entries} entries${moved ? `; ${trials} has the files of its trials` : ''}`);
    }),
  );
  return 0;
}
