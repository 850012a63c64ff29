import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Access, connectTo, namingIn } from '../../../../streams/nats/connection/connect.ts';
import { natsSource } from '../../../../streams/nats/place/source.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import { studiesOn, whenBegun } from '../../../../streams/nats/studies.ts';
import { interruption } from '../../../host/interrupt.ts';
import { keptFiles } from '../../../host/keptFiles.ts';
import { usersIn } from '../../../host/serving/usersIn.ts';
import { Metrics } from '../../../monitoring/metrics.ts';
import { serveHttp } from '../../../server/serve.ts';
import { ServedStudies } from '../../../server/studies.ts';
import { accessOf } from '../../../stores/connect.ts';
import { journalSource } from '../../../stores/journal.ts';
import { createdIn, stemOf } from '../../../stores/journalFile.ts';
import { watchJournals } from '../../../stores/journalFolder.ts';
import { trialsDirectory } from '../../../stores/trialFiles.ts';
import { inform } from '../../../text/output.ts';
import { withoutPassword } from '../../../text/plainText.ts';
import { UsageError } from '../../../text/usage.ts';

interface DashboardOptions extends Access {
  readonly nats?: string;
  readonly study?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly name?: readonly string[];
  /** The file of users. */
  readonly users?: string;
}

/** `hypertide dashboard`: shows studies in a browser, until it is interrupted. Resolves with the exit status. */
export async function showStudies(paths: readonly string[], options: DashboardOptions): Promise<number> {
  const { nats = paths.length === 0 ? process.env.HYPERTIDE_NATS : undefined } = options;
  if (paths.length === 0 && nats === undefined) throw new UsageError('expected journals, or --nats with a server');
  const folders = await foldersIn(paths);
  const journals = paths.filter((path) => !folders.includes(path));
  for (const path of journals) await createdIn(path);
  const { host, port, name: names } = options;
  const studies = new ServedStudies({ warn: inform, metrics: new Metrics() });
  const server = await serveHttp(studies, { host, port, names, users: await usersIn(options.users) });
  const ending: (() => Promise<unknown>)[] = [server.close];
  try {
    const added = new Map<string, string>();
    const add = (path: string) => {
      const name = studies.unusedName(basename(path).replace(/\.jsonl$/, ''));
      added.set(path, name);
      studies.show(name, journalSource(path), { files: keptFiles(trialsDirectory(stemOf(path))) });
    };
    journals.forEach(add);
    for (const folder of folders) {
      const end = await watchJournals(folder, { found: add, gone: (path) => studies.remove(added.get(path)!) });
      ending.push(async () => end());
    }
    if (nats !== undefined) ending.push(await addServer(studies, nats, options));
    inform(`dashboard: ${server.url}`);
    inform('press Ctrl-C to end it');
    await interruption().interrupted;
    return 130;
  } finally {
    for (const end of ending) await end();
  }
}

async function addServer(studies: ServedStudies, url: string, { study, ...access }: DashboardOptions): Promise<() => Promise<unknown>> {
  const nc = await connectTo(url, { inboxPrefix: '_INBOX_viewer', ...accessOf(access) });
  const naming = namingIn(url);
  const add = async (name: string) => {
    if (!studies.has(name)) studies.show(name, await natsSource(nc, subjectsOf(name, naming), withoutPassword(url)));
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
