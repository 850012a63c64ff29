import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { isThere } from '../../places/archive.ts';
import { type Placed, trialsOf } from '../../places/withPlace.ts';
import { readFeed } from '../../sources/readFeed.ts';
import { inform } from '../../terminal/output.ts';
import { UsageError } from '../../usage.ts';

/** `hypertide delete`: deletes a study and the files of its trials, after a question. Resolves with the exit status. */
export async function deleteStudy(placed: Placed, { yes = false }: { readonly yes?: boolean }): Promise<number> {
  const { place, name } = placed;
  const trials = trialsOf(placed);
  const feed = await readFeed(await place.open(name));
  const files = (await isThere(trials)) ? ` and ${trials}` : '';
  if (!yes && !(await isConfirmed(`delete ${name} with ${feed.headline()?.trials ?? 0} trials in ${place.place}${files}`, name))) return 1;
  await place.delete(name);
  await rm(trials, { recursive: true, force: true });
  inform(`${name}: deleted`);
  return 0;
}

async function isConfirmed(what: string, name: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(`expected --yes to ${what}, since there is no terminal to ask in`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${what}? This cannot be undone. Type the name of the study: `).catch(() => '');
  lines.close();
  if (answer.trim() !== name) inform('nothing was deleted');
  return answer.trim() === name;
}
