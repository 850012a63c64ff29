import { existsSync } from 'node:fs';
import { writeArchive } from '../../../stores/archive.ts';
import { trialsOf, withStored } from '../../../stores/locate.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { address, declare } from '../../command.ts';
import { many, value } from '../../parts.ts';

/** Warns about files that a copy lacks. */
export function informOfLeftOut(files: readonly string[]): void {
  for (const file of files) inform(`${file}: left out: it vanished meanwhile, is not a regular file, or is in another folder too`);
}

export const command = declare({
  description:
    'Write a study into one compressed file with checksums: each entry of its log as it is stored, and the files of its trials. Works while the study runs.',
  arguments: { study: address },
  options: {
    output: value('file', 'file to write (default: <study>.tar.gz)', { short: 'o' }),
    directory: many('path', 'where run or workers kept the files of trials (default: <study>.trials; none for a study on a server)'),
  },
  run: ({ study, directory, output: named }, { connection }) =>
    withStored(study, connection, async (placed) => {
      const { place, name } = placed;
      const output = named ?? `${name}.tar.gz`;
      await place.open(name); // throws if the study cannot be read
      const missing = directory?.find((folder) => !existsSync(folder));
      if (missing !== undefined) throw new UsageError(`--directory: there is no folder ${missing}`);
      const trials = directory?.map((one) => trialsOf(placed, one)) ?? [trialsOf(placed)];
      // A folder of this name in the current directory may belong to another study than the one on the server.
      const isItsOwn = place.form === 'journal' || directory !== undefined;
      const { entries, leftOut } = await writeArchive(place, name, isItsOwn ? trials : [], output);
      informOfLeftOut(leftOut);
      if (!isItsOwn && existsSync(trials[0]!))
        inform(
          `${trials[0]}: left out, since it may belong to another study with this name; if it belongs to this one, name it with --directory`,
        );
      inform(`${output}: ${entries} entries of ${name}`);
      return 0;
    }),
});
