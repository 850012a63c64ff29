import { withArchive } from '../../../stores/archive.ts';
import { checkFolder, destinationOf, trialsOf, withStore } from '../../../stores/locate.ts';
import { inform } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { needed, value } from '../../parts.ts';
import { informOfInstructions } from '../worker/instruct.ts';

export const command = declare({
  description:
    'Restore a study from an archive, after its checksums have been checked. If the archive came from the same kind of place, a folder or a server, the log is the same byte for byte.',
  arguments: {
    archive: needed('archive', 'file that "hypertide study archive" wrote'),
    place: value('place', 'folder, server, or address of the study with its name'),
  },
  options: { directory: value('path', 'where to put the files of trials (default: <study>.trials)') },
  run: async ({ archive: path, place: to, directory }, { connection }) => {
    const { name, ...address } = destinationOf(to, connection);
    await withStore(address, connection, (place) =>
      withArchive(
        path,
        trialsOf({ place, name: 'restored' }, directory),
        async ({ contents, hasTrials, restore: restoreLog, restoreTrials }) => {
          const study = name ?? contents.study;
          const trials = trialsOf({ place, name: study }, directory);
          if (hasTrials) await checkFolder(place, study, trials, 'choose another one with --directory');
          await restoreLog(place, study);
          if (hasTrials) await restoreTrials(trials);
          const [had, has] = [contents.replicas ?? 1, (await place.replicas(study)) ?? 1];
          if (place.form === 'stream' && has < had)
            inform(`${study}: was kept by ${had} servers, and is kept by ${has} here: see "nats stream edit --replicas"`);
          if (contents.checkpoints && place.form === 'journal')
            inform(
              `${study}: the checkpoints that workers saved on the server are left out; restore the study on a server to resume from them`,
            );
          await informOfInstructions(await place.open(study), study);
          inform(
            `${study}: restored in ${place.place}, ${contents.entries} entries${hasTrials ? `; ${trials} has the files of its trials` : ''}`,
          );
        },
      ),
    );
    return 0;
  },
});
