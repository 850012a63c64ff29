import { conditionOf } from '../../../../streams/log/repair/condition.ts';
import { isThere, move } from '../../../stores/archive.ts';
import type { StudyInPlace } from '../../../stores/withPlace.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { beginFrom, foldersOf } from './copy.ts';

/** `hypertide rename`: the same study under another name. Resolves with the exit status. */
export async function rename(placed: StudyInPlace, to: string): Promise<number> {
  const { place, name } = placed;
  const { place: path } = await place.open(name);
  const busy = await place.busy(name);
  if (busy !== undefined) throw new UsageError(`${name}: ${busy}; stop it, then rename the study`);
  if (place.form === 'journal' && (await conditionOf(path)) === 'damaged')
    throw new UsageError(`${path}: it is damaged, and a renamed study keeps only what can be read`, {
      todo: `write a copy with all that can be restored ("hypertide repair ${path}"), and move it to ${path}`,
    });
  const folders = await foldersOf(placed, to);
  const position = await beginFrom(placed, to);
  await place.delete(name, position).catch(async (error) => {
    await place.delete(to);
    throw error;
  });
  if (folders && (await isThere(folders.from))) await move(folders.from, folders.target);
  inform(`${name} is now ${to}: use this name in its study file and for its workers`);
  return 0;
}
