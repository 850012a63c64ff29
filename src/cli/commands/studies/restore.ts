import { withArchive } from '../../../stores/archive.ts';
import { checkFolder, type RemotePlace, trialsOf, withPlace } from '../../../stores/withPlace.ts';
import { inform } from '../../../text/output.ts';
import { informOfInstructions } from '../../instruct.ts';

interface RestoreOptions extends RemotePlace {
  readonly folder?: string;
  readonly name?: string;
  readonly directory?: string;
}

/** `hypertide restore`: the study of an archive, in a folder or on a server. Resolves with the exit status. */
export async function restore(path: string, { folder, name, directory, ...remote }: RestoreOptions): Promise<number> {
  await withPlace(folder, remote, (place) =>
    withArchive(
      path,
      trialsOf({ place, name: 'restored' }, directory),
      async ({ contents, hasTrials, restore: restoreLog, restoreTrials }) => {
        const study = name ?? contents.study;
        const trials = trialsOf({ place, name: study }, directory);
        if (hasTrials) await checkFolder(place, study, trials, 'choose another one with --directory');
        await restoreLog(place, study);
        const moved = await restoreTrials(trials);
        const [had, has] = [contents.replicas ?? 1, (await place.replicas(study)) ?? 1];
        if (place.form === 'stream' && has < had)
          inform(`${study}: was kept by ${had} servers, and is kept by ${has} here: see "nats stream edit --replicas"`);
        if (contents.checkpoints && place.form === 'journal')
          inform(
            `${study}: the checkpoints that workers saved on the server are left out; restore the study on a server to resume from them`,
          );
        await informOfInstructions(await place.open(study), study);
        inform(
          `${study}: restored in ${place.place}, ${contents.entries} entries${moved ? `; ${trials} has the files of its trials` : ''}`,
        );
      },
    ),
  );
  return 0;
}
