import { type RemotePlace, withPlace } from '../../../stores/withPlace.ts';
import { readStudyData } from '../../../studyFile/studyFile.ts';
import { inform } from '../../../text/output.ts';

/** `hypertide create`: begins a study in a folder or on a server. Resolves with the exit status. */
export async function createInPlace(
  path: string,
  { folder, name, ...remote }: RemotePlace & { readonly folder?: string; readonly name?: string },
): Promise<number> {
  const data = await readStudyData(path);
  const study = name ?? data.name;
  await withPlace(folder, remote, async (place) => {
    await place.create(study, { ...data, name: study });
    inform(`${study}: created in ${place.place}`);
  });
  return 0;
}
