import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Access, connectTo, namingIn } from '../../../../streams/nats/connection/connect.ts';
import { natsSource } from '../../../../streams/nats/place/source.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import { studiesOn, whenBegun } from '../../../../streams/nats/studies.ts';
import { type Dashboard, dashboard } from '../../../dashboard/serve.ts';
import { interruption } from '../../../host/interrupt.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { withoutPassword } from '../../../text/plainText.ts';
import { UsageError } from '../../../text/usage.ts';
import { accessOf } from '../../sources/connect.ts';
import { journalSource } from '../../sources/journal.ts';
import { createdIn, stemOf } from '../../sources/journalFile.ts';
import { watchJournals } from '../../sources/journalFolder.ts';
import { inform } from '../../terminal/output.ts';
import { keptFiles } from '../../trainers/keptFiles.ts';
import { trialsDirectory } from '../../trainers/trialFiles.ts';

interface DashboardOptions extends Access {
  readonly nats?: string;
  readonly study?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly name?: readonly string[];
}

/** `hypertide dashboard`: shows studies in a browser, until it is interrupted. Resolves with the exit status. */
export async function showStudies(paths: readonly string[], options: DashboardOptions): Promise<number> {
  const { nats = paths.length === 0 ? process.env.HYPERTIDE_NATS : undefined } = options;
  if (paths.length === 0 && nats === undefined) throw new UsageError('expected journals, or --nats with a server');
  const folders = await foldersIn(paths);
  const journals = paths.filter((path) => !folders.includes(path));
  for (const path of journals) await createdIn(path);
  const board = await dashboard(serverSettings(options));
  const ending: (() => Promise<unknown>)[] = [board.close];
  try {
    const ids = new Map<string, string>();
    const add = (path: string) => {
      const id = idOf(path, (one) => board.studies.get(one) !== undefined);
      ids.set(path, id);
      board.studies.add(id, journalSource(path), keptFiles(trialsDirectory(stemOf(path))));
    };
    journals.forEach(add);
    for (const folder of folders) {
      const end = await watchJournals(folder, { found: add, gone: (path) => board.studies.remove(ids.get(path)!) });
      ending.push(async () => end());
    }
    if (nats !== undefined) ending.push(await addServer(board, nats, options));
    welcome(board);
    inform('press Ctrl-C to end it');
    await interruption().interrupted;
    return 130;
  } finally {
    for (const end of ending) await end();
  }
}

/** The token from the environment, the other settings from the command line. */
export function serverSettings({ host, port, name }: Pick<DashboardOptions, 'host' | 'port' | 'name'>): Parameters<typeof dashboard>[0] {
  const token = process.env.HYPERTIDE_TOKEN;
  if (token !== undefined && token.length < 16) throw new UsageError('HYPERTIDE_TOKEN: expected at least 16 characters');
  return omitUndefined({ warn: inform, host, port, names: name, token });
}

/** Prints the address of the page. It contains the token, so it must not appear anywhere else. */
export const welcome = (board: Dashboard, say: (text: string) => void = inform): void => say(`dashboard: ${board.ownerUrl}`);

async function addServer(board: Dashboard, url: string, { study, ...access }: DashboardOptions): Promise<() => Promise<unknown>> {
  const nc = await connectTo(url, { inboxPrefix: '_INBOX_viewer', ...accessOf(access) });
  const naming = namingIn(url);
  const add = async (name: string) => {
    if (board.studies.get(name) === undefined)
      board.studies.add(name, await natsSource(nc, subjectsOf(name, naming), withoutPassword(url)));
  };
  for (const name of study ?? (await studiesOn(nc, naming))) await add(name);
  if (study === undefined) whenBegun(nc, naming, (name) => void add(name).catch((error: Error) => inform(`${name}: ${error.message}`)));
  return () => nc.close();
}

/** Which of the paths are folders. */
async function foldersIn(paths: readonly string[]): Promise<readonly string[]> {
  const stats = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_, i) => stats[i]?.isDirectory());
}

/** An unused name for a file that can be part of a URL. */
function idOf(path: string, isTaken: (id: string) => boolean): string {
  const stem =
    basename(path)
      .replace(/\.jsonl$/, '')
      .replace(/[^\w.-]+/g, '-') || 'study';
  let id = stem;
  for (let n = 2; isTaken(id); n++) id = `${stem}-${n}`;
  return id;
}
