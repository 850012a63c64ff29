import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { UserError } from '../../../errors.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import { isThere } from '../../../stores/archive.ts';
import { type StudyInPlace, trialsOf } from '../../../stores/withPlace.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';

interface DeleteOptions {
  readonly yes?: boolean;
  /** Of the files of its trials. */
  readonly directory?: string;
}

/** `hypertide delete`: deletes a study and the files of its trials, after confirmation. Resolves with the exit status. */
export async function deleteStudy(placed: StudyInPlace, { yes = false, directory }: DeleteOptions): Promise<number> {
  const { place, name } = placed;
  // A folder of this name in the current directory may belong to another study than the one on the server.
  const trials = place.form === 'journal' || directory !== undefined ? trialsOf(placed, directory) : undefined;
  const count = await trialsIn(placed);
  const files = trials !== undefined && (await isThere(trials)) ? ` and ${trials}` : '';
  if (!yes && !(await isConfirmed(`delete ${name} with ${count === 1 ? '1 trial' : `${count} trials`} in ${place.place}${files}`, name)))
    return 1;
  await place.delete(name);
  if (trials !== undefined) await rm(trials, { recursive: true, force: true });
  inform(`${name}: deleted`);
  return 0;
}

/** A partly restored study cannot be read, but it can be deleted. */
async function trialsIn({ place, name }: StudyInPlace): Promise<number> {
  try {
    return (await readFeed(await place.open(name))).headline()?.trials ?? 0;
  } catch (error) {
    if (error instanceof UserError && error.code === 'restoring') return 0;
    throw error;
  }
}

async function isConfirmed(what: string, name: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(`expected --yes to ${what}, since there is no terminal for the question`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${what}? This cannot be undone. Type the name of the study: `).catch(() => '');
  lines.close();
  if (answer.trim() !== name) inform('nothing was deleted');
  return answer.trim() === name;
}
