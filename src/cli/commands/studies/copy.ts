import { realpath } from 'node:fs/promises';
import { isThere } from '../../places/archive.ts';
import { branch, each, sizeOf } from '../../places/branch.ts';
import { copyFiles } from '../../places/copyFiles.ts';
import { type StudyInPlace, trialsOf } from '../../places/withPlace.ts';
import { inform } from '../../terminal/output.ts';
import { informOfInstructions } from '../../trainers/instruct.ts';
import { UsageError } from '../../usage.ts';
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

/** The folder of a study's trials, if there is one. Next to a journal, one of this name belongs to the journal, not to a study on a server. */
export async function ownTrials(placed: StudyInPlace): Promise<string | undefined> {
  const trials = trialsOf(placed);
  const isOfJournal = placed.place.form === 'stream' && (await isThere(`${placed.name}.jsonl`));
  return !isOfJournal && (await isThere(trials)) ? trials : undefined;
}

/** `hypertide copy`: a new study that begins with the entries of this one. Resolves with the exit status. */
export async function copy(placed: StudyInPlace, to: string, { at }: { readonly at?: number }): Promise<number> {
  const [from, target] = [await ownTrials(placed), trialsOf({ ...placed, name: to })];
  if (await isThere(target)) throw new UsageError(`${target}: a folder with this name exists already; move it, or choose another name`);
  const position = await beginFrom(placed, to, at);
  if (from !== undefined) informOfLeftOut(await copyFiles(await realpath(from), target));
  await informOfInstructions(await placed.place.open(to), to);
  inform(`${to}: begins with ${position} entries of ${placed.name}`);
  return 0;
}
