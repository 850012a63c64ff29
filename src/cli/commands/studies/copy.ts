import { realpath } from 'node:fs/promises';
import { isThere } from '../../../stores/archive.ts';
import { branch, each, sizeOf } from '../../../stores/branch.ts';
import { copyFiles } from '../../../stores/copyFiles.ts';
import { checkFolder, type StudyInPlace, trialsOf } from '../../../stores/withPlace.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { informOfInstructions } from '../../instruct.ts';
import { informOfLeftOut } from './archive.ts';

/**
 * Begins a study with the entries of another one in the same place, up to a position.
 *
 * @param at default: the last entry now. @returns the position.
 * @throws UsageError for a position that the study does not have, and if the name is taken.
 */
export async function beginFrom({ place, name }: StudyInPlace, to: string, at?: number): Promise<number> {
  const source = await place.open(name);
  const whole = await sizeOf(each(source.past(1)));
  const position = at ?? whole.entries;
  if (position > whole.entries)
    throw new UsageError(`--at: expected a position up to ${whole.entries}, the last entry of ${name}, got ${position}`);
  const size = { entries: position, longest: whole.longest, replicas: await place.replicas(name) };
  const entries = branch(each(source.past(1)), { study: to, from: name, at: position });
  await place.begin(to, size, entries, await place.checkpoints(name)); // an engine deletes those that no trial of the copy needs
  return position;
}

/**
 * The folder of a journal's trials, and where it belongs under another name; undefined for a study on a server, whose workers have these files.
 *
 * @throws UsageError if there is a folder with this name already.
 */
export async function foldersOf(
  { place, name }: StudyInPlace,
  to: string,
): Promise<{ readonly from: string; readonly target: string } | undefined> {
  if (place.form === 'stream') return undefined;
  const target = trialsOf({ place, name: to });
  await checkFolder(place, to, target, 'move it, or choose another name');
  return { from: trialsOf({ place, name }), target };
}

/** `hypertide copy`: a new study that begins with the entries of this one. Resolves with the exit status. */
export async function copy(placed: StudyInPlace, to: string, { at }: { readonly at?: number }): Promise<number> {
  const folders = await foldersOf(placed, to);
  const position = await beginFrom(placed, to, at);
  if (folders && (await isThere(folders.from))) informOfLeftOut(await copyFiles(await realpath(folders.from), folders.target));
  await informOfInstructions(await placed.place.open(to), to);
  inform(`${to}: begins with ${position} entries of ${placed.name}`);
  return 0;
}
