import { isThere, writeArchive } from '../../../stores/archive.ts';
import { type StudyInPlace, trialsOf } from '../../../stores/withPlace.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';

/** Warns about files that a copy lacks. */
export function informOfLeftOut(files: readonly string[]): void {
  for (const file of files) inform(`${file}: left out: it vanished meanwhile, is not a regular file, or is in another folder too`);
}

/** `hypertide archive`: a study in one file. Resolves with the exit status. */
export async function archive(
  placed: StudyInPlace,
  { directory, output = `${placed.name}.tar.gz` }: { readonly directory?: readonly string[]; readonly output?: string },
): Promise<number> {
  const { place, name } = placed;
  await place.open(name); // throws if the study cannot be read
  const missing = await missingIn(directory ?? []);
  if (missing !== undefined) throw new UsageError(`--directory: there is no folder ${missing}`);
  const trials = directory?.map((one) => trialsOf(placed, one)) ?? [trialsOf(placed)];
  // A folder of this name in the current directory may belong to another study than the one on the server.
  const isItsOwn = place.form === 'journal' || directory !== undefined;
  const { entries, leftOut } = await writeArchive(place, name, isItsOwn ? trials : [], output);
  informOfLeftOut(leftOut);
  if (!isItsOwn && (await isThere(trials[0]!)))
    inform(
      `${trials[0]}: left out, since it may belong to another study with this name; if it belongs to this one, name it with --directory`,
    );
  inform(`${output}: ${entries} entries of ${name}`);
  return 0;
}

async function missingIn(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (!(await isThere(folder))) return folder;
  return undefined;
}
