import { destinationOf, withPlace } from '../../../stores/locate.ts';
import { readStudyData } from '../../../studyFile/studyFile.ts';
import { inform } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { needed, value } from '../../parts.ts';

export const command = declare({
  description:
    'Begin a study from a study file without running it. On a NATS server, "hypertide serve --all" must answer. The file cannot have a command: workers run only programs of their own configuration.',
  arguments: {
    file: needed('file', 'study file'),
    place: value('place', 'folder, server, or address of the study with its name'),
  },
  run: async ({ file, place: to }, { connection }) => {
    const data = await readStudyData(file);
    const address = destinationOf(to, connection);
    const study = address.name ?? data.name;
    await withPlace(address, connection, async (place) => {
      const warning = await place.create(study, { ...data, name: study });
      inform(`${study}: created in ${place.place}`);
      if (warning !== undefined) inform(`${study}: ${warning}`);
    });
    return 0;
  },
});
