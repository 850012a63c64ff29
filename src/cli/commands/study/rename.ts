import { existsSync } from 'node:fs';
import { auditOf } from '../../../../streams/log/repair/repair.ts';
import { move } from '../../../stores/archive.ts';
import { stemOf } from '../../../stores/journalFile.ts';
import { type Stored, withStored } from '../../../stores/locate.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { address, declare } from '../../command.ts';
import { needed } from '../../parts.ts';
import { beginFrom, foldersOf } from './copy.ts';

export const command = declare({
  description: 'Rename a study. No process may be running it. Its log names its origin.',
  arguments: { study: address, name: needed('name', 'its new name') },
  run: ({ study, name }, { connection }) => withStored(study, connection, (placed) => rename(placed, stemOf(name))),
});

/** Gives a stored study another name. @returns the exit status */
export async function rename({ place, name }: Stored, to: string): Promise<number> {
  const { place: path } = await place.open(name);
  const busy = await place.busy(name);
  if (busy !== undefined) throw new UsageError(`${name}: ${busy}; stop it, then rename the study`);
  if (place.form === 'journal' && (await auditOf(path)).damage.length > 0)
    throw new UsageError(`${path}: it is damaged, and a renamed study keeps only what can be read`, {
      todo: `write a copy with all that can be restored ("hypertide study repair ${path}"), and move it to ${path}`,
    });
  const folders = await foldersOf({ place, name }, to);
  const position = await beginFrom({ place, name }, to);
  await place.delete(name, position).catch(async (error) => {
    await place.delete(to);
    throw error;
  });
  if (folders && existsSync(folders.from)) await move(folders.from, folders.target);
  inform(`${name} is now ${to}: use this name in its study file and for its workers`);
  return 0;
}
