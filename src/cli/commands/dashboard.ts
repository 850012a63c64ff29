import { basename } from 'node:path';
import { connectTo, namingIn } from '../../../streams/nats/connection/connect.ts';
import { repeatCheck } from '../../../streams/nats/connection/outage.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { natsSource } from '../../../streams/nats/place/natsSource.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { request, whenBegun } from '../../../streams/nats/studiesOn.ts';
import { interruption } from '../../host/interrupt.ts';
import { keptFiles } from '../../host/keptFiles.ts';
import { usersIn } from '../../host/serving/usersIn.ts';
import { Metrics } from '../../monitoring/metrics.ts';
import { serveHttp } from '../../server/serve.ts';
import { ServedStudies } from '../../server/servedStudies.ts';
import type { Connection } from '../../stores/connection.ts';
import { accessOf } from '../../stores/connectNats.ts';
import { createdIn, stemOf } from '../../stores/journalFile.ts';
import { watchJournals } from '../../stores/journalFolder.ts';
import { journalSource } from '../../stores/journalSource.ts';
import { parseAddress, type StudyAddress } from '../../stores/locate.ts';
import { trialsDirectory } from '../../stores/trialFiles.ts';
import { RefusedError } from '../../study/commands.ts';
import { withoutPassword } from '../../study/plainText.ts';
import { archivedText, type ListedStudy, type StudyStatus } from '../../study/status.ts';
import { inform } from '../../text/output.ts';
import { UsageError } from '../../text/usage.ts';
import { declare } from '../command.ts';
import { many, port, preset, value } from '../parts.ts';

export const command = declare({
  description: 'Show studies in a browser as they run, and act on them.',
  arguments: { studies: many('studies', 'journals, folders, NATS servers or studies there (default: the server, or this folder)') },
  options: {
    host: value('address', 'address to listen on (default: 127.0.0.1)'),
    port: preset('n', 'port to listen on', 7531, { kind: port }),
    users: value('file', 'users and their roles, as "server users" prints them (default: only this machine has access)'),
    proxy: many('host', 'host names of a proxy in front of the server'),
  },
  help: `Open the address that is printed. A --host that other machines can reach, and
--proxy, need --users: then the page asks for a token. Actions on a journal are
sent to the process that runs it, on the same machine; without one, they take
effect in the next run. /v1 and /mcp are for programs and agents, /metrics is
for Prometheus, /healthz and /readyz are for health checks. "serve --http" shows
this page at its own address.

Example:
  hypertide dashboard study.jsonl`,
  run: async ({ studies: given = [], host, port, users, proxy: names }, { connection }) => {
    const addresses = (given.length > 0 ? given : [undefined]).map((text) => parseAddress(text, connection));
    const [elsewhere] = addresses.filter(({ form }) => form === 'http');
    if (elsewhere) throw new UsageError(`${elsewhere.at} has the page itself: open this address`);
    const journals = addresses.flatMap(({ journal }) => journal ?? []);
    for (const path of journals) await createdIn(path);
    const studies = new ServedStudies({ warn: inform, metrics: new Metrics() });
    const server = await serveHttp(studies, { host, port, names, users: await usersIn(users) });
    const ending: (() => Promise<unknown>)[] = [server.close];
    try {
      const added = new Map<string, string>();
      const add = (path: string) => {
        const name = studies.unusedName(basename(stemOf(path)));
        added.set(path, name);
        studies.show(name, journalSource(path), keptFiles(trialsDirectory(stemOf(path))));
      };
      journals.forEach(add);
      for (const { at: folder } of addresses.filter(({ form, journal }) => form === 'folder' && journal === undefined)) {
        const end = await watchJournals(folder, { found: add, gone: (path) => studies.remove(added.get(path)!) });
        ending.push(async () => end());
      }
      for (const address of addresses.filter(({ form }) => form === 'nats')) ending.push(await addServer(studies, address, connection));
      inform(`dashboard: ${server.url}`);
      inform('press Ctrl-C to end it');
      await interruption().interrupted;
      return 130;
    } finally {
      for (const end of ending) await end();
    }
  },
});

/** Milliseconds between two looks at the studies of a server, if someone watches. */
const POLL_MS = 10_000;

/** Shows the studies of a server as its engines list them. The log of a study that they have unloaded is read when someone opens it. */
async function addServer(
  studies: ServedStudies,
  { at: url, name: only }: StudyAddress,
  connection: Connection,
): Promise<() => Promise<unknown>> {
  const nc = await connectTo(url, { inboxPrefix: '_INBOX_viewer', ...accessOf(connection.loginTo(url)) });
  const [naming, at] = [namingIn(url), withoutPassword(url)];
  const place = serverPlace(nc, at, naming);
  const waits = new Map<string, string | undefined>();
  /** The studies of this server here: what their engine listed, until they are opened. */
  const shown = new Map<string, ListedStudy | 'opened'>();
  const open = async (study: string) => {
    shown.set(study, 'opened');
    const source = await natsSource(nc, subjectsOf(study, naming), at);
    return studies.show(study, { ...source, waits: () => waits.get(study) });
  };
  const load = async ({ study, archive }: ListedStudy) => {
    if (archive !== undefined) throw new RefusedError({ code: 'archived', message: archivedText(study, archive) });
    const { feed } = await open(study);
    await feed.caughtUp.catch((error: Error) => {
      studies.remove(study);
      shown.delete(study); // the next look shows it again
      throw error;
    });
  };
  const show = async (one: ListedStudy) => {
    const { study, status, unloaded } = one;
    const before = shown.get(study);
    if (before === 'opened' || (before === undefined && studies.has(study))) return; // another place has one of this name
    if (status === undefined || unloaded === undefined) await open(study);
    else if (before?.status?.position !== status.position || before.archive !== one.archive) {
      shown.set(study, one);
      studies.unload(study, { status, objective: unloaded, place: at, load: () => load(one) });
    }
  };
  const listed = async (): Promise<readonly ListedStudy[]> => {
    if (only === undefined) return place.list();
    const status = request(nc, subjectsOf(only, naming), 'study', {}, false) as Promise<StudyStatus>;
    return status.then((status) => [{ study: only, status }]).catch(() => []); // its log says the rest
  };
  const look = async () => {
    for (const one of await listed()) {
      const why = one.status?.waits;
      const isNews = waits.get(one.study) !== why;
      waits.set(one.study, why);
      await show(one);
      if (isNews) studies.tell(one.study);
    }
  };
  if (only !== undefined) await open(only);
  await look();
  const ends = [
    whenBegun(nc, naming, (study) => {
      if (only === undefined) void show({ study }).catch((error: Error) => inform(`${study}: ${error.message}`));
    }),
    repeatCheck(nc, async () => (studies.isWatched ? look() : undefined), POLL_MS, inform),
  ];
  return async () => {
    for (const end of ends) end();
    await nc.close();
  };
}
