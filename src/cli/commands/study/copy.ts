import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { branch, eachEntry, sizeOf } from '../../../stores/branch.ts';
import { copyFiles } from '../../../stores/copyFiles.ts';
import { stemOf } from '../../../stores/journalFile.ts';
import { checkFolder, type StudyAt, trialsOf, withStored } from '../../../stores/locate.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { address, declare } from '../../command.ts';
import { needed, value, wholeNumber } from '../../parts.ts';
import { informOfInstructions } from '../worker/instruct.ts';
import { informOfLeftOut } from './archive.ts';

/**
 * Begins a study with the entries of another one in the same place, up to a position.
 *
 * @param at default: the last entry now. @returns the position.
 * @throws UsageError for a position that the study does not have, and if the name is taken.
 */
export async function beginFrom({ place, name }: StudyAt, to: string, at?: number): Promise<number> {
  const source = await place.open(name);
  const whole = await sizeOf(eachEntry(source.past(1)));
  const position = at ?? whole.entries;
  if (position > whole.entries)
    throw new UsageError(`--at: expected a position up to ${whole.entries}, the last entry of ${name}, got ${position}`);
  const size = { entries: position, longest: whole.longest, replicas: await place.replicas(name) };
  const entries = branch(eachEntry(source.past(1)), { study: to, from: name, at: position });
  await place.begin(to, size, entries, await place.checkpoints(name)); // an engine deletes those that no trial of the copy needs
  return position;
}

/**
 * The folder of a journal's trials, and where it belongs under another name; undefined for a study on a server, whose workers have these files.
 *
 * @throws UsageError if there is a folder with this name already.
 */
export async function foldersOf(
  { place, name }: StudyAt,
  to: string,
): Promise<{ readonly from: string; readonly target: string } | undefined> {
  if (place.form === 'stream') return undefined;
  const target = trialsOf({ place, name: to });
  await checkFolder(place, to, target, 'move it, or choose another name');
  return { from: trialsOf({ place, name }), target };
}

export const command = declare({
  description:
    'Begin a study with the entries of another one, in the same place. Its log names its origin. It continues with the same suggestions, unless you change it.',
  arguments: { study: address, name: needed('name', 'name of the new study') },
  options: { at: value('position', 'the last entry to copy (default: the last one)', { kind: wholeNumber }) },
  run: ({ study, name, ...options }, { connection }) => withStored(study, connection, (placed) => copy(placed, stemOf(name), options)),
});

/** Begins a study with the entries of a stored one. @returns the exit status */
export async function copy(placed: StudyAt, to: string, { at }: { readonly at?: number }): Promise<number> {
  const folders = await foldersOf(placed, to);
  const position = await beginFrom(placed, to, at);
  if (folders && existsSync(folders.from)) informOfLeftOut(await copyFiles(await realpath(folders.from), folders.target));
  await informOfInstructions(await placed.place.open(to), to);
  inform(`${to}: begins with ${position} entries of ${placed.name}`);
  return 0;
}
