import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { UserError } from '../../../errors.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import { type StudyAt, trialsOf, withStored } from '../../../stores/locate.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { address, declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { flag, value } from '../../parts.ts';

export const command = declare({
  description: 'Delete a study and the files of its trials. Asks for confirmation, because you cannot undo it.',
  arguments: { study: address },
  options: {
    directory: value(
      'path',
      'where run or worker kept the files of trials (default: <study>.trials; for a study on a server, none are deleted)',
    ),
    yes: flag('do not ask for confirmation'),
  },
  run: ({ study, ...options }, { connection }) => withStored(study, connection, (placed) => deleteStudy(placed, options)),
});

/** Deletes a stored study, after confirmation. @returns the exit status */
export async function deleteStudy(
  placed: StudyAt,
  { yes = false, directory }: { readonly yes?: boolean; readonly directory?: string },
): Promise<number> {
  const { place, name } = placed;
  // A folder of this name in the current directory may belong to another study than the one on the server.
  const trials = place.form === 'journal' || directory !== undefined ? trialsOf(placed, directory) : undefined;
  const count = await trialsIn(placed);
  const files = trials !== undefined && existsSync(trials) ? ` and ${trials}` : '';
  if (!yes && !(await isConfirmed(`delete ${name} with ${count === 1 ? '1 trial' : `${count} trials`} in ${place.place}${files}`, name)))
    return exitStatus.incomplete;
  await place.delete(name);
  if (trials !== undefined) await rm(trials, { recursive: true, force: true });
  inform(`${name}: deleted`);
  return 0;
}

/** A partly restored study cannot be read, but it can be deleted. */
async function trialsIn({ place, name }: StudyAt): Promise<number> {
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
