import { join, resolve } from 'node:path';
import { namingIn } from '../../../../streams/nats/connection/connect.ts';
import { checkName, inboxOfTrainer } from '../../../../streams/nats/protocol/subjects.ts';
import { withResolvers } from '../../../../streams/promises.ts';
import { onInterrupt } from '../../../host/interrupt.ts';
import { placeOfTeam, readPlatform } from '../../../host/platform/platformFile.ts';
import { type Links, monitorFor } from '../../../host/serving/monitor.ts';
import { persist } from '../../../host/serving/persist.ts';
import type { Place } from '../../../host/serving/placeToServe.ts';
import { openTracing } from '../../../monitoring/openTracing.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { Connection } from '../../../stores/connection.ts';
import { accessOf, CONNECT_WITHIN, connect } from '../../../stores/connectNats.ts';
import { stemOf } from '../../../stores/journalFile.ts';
import { parseAddress, tokenIn } from '../../../stores/locate.ts';
import { makeFolder } from '../../../stores/makeFolder.ts';
import { isPattern } from '../../../stores/namePattern.ts';
import { trialsDirectory } from '../../../stores/trialFiles.ts';
import type { StatusLine } from '../../../text/statusLine.ts';
import { about } from '../../../text/statusLine.ts';
import { UsageError } from '../../../text/usage.ts';
import { amountsIn } from '../../../worker/amounts.ts';
import { type Assignment, readAssignments, sharedProgram } from '../../../worker/assignments.ts';
import type { StoreCommands } from '../../../worker/checkpointStore.ts';
import { sharedSlots } from '../../../worker/sharedSlots.ts';
import { inJournal, onNats, overHttp, type WorkerPlace } from '../../../worker/workerPlaces.ts';
import { WorkerStudies } from '../../../worker/workerStudies.ts';
import { BESIDE_PLATFORM, checkTogether, type Refused } from '../../checkTogether.ts';
import { address, declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { byteSize, type Given, logFormat, machineSlots, time, value, wholeNumber } from '../../parts.ts';
import { withLog } from '../../terminal/withLog.ts';

const options = {
  config: value('file', 'a program for each study, instead of names'),
  platform: value('file', 'serve all teams of this platform.yaml, as one of its workers'),
  name: value('name', 'name of this worker (default: a random one)'),
  parallel: value('n', 'programs at a time (default: 1, or as --config)', { kind: wholeNumber }),
  slots: machineSlots,
  directory: value('path', 'where to keep output (default: <study>.trials)'),
  keep: value('size', 'disk space of a study, such as 20GB', { kind: byteSize }),
  saveEvery: value('time', 'also save checkpoints of running trials: 10m', { kind: time }),
  store: value('command', 'saves $HYPERTIDE_PATH, and prints a reference'),
  fetch: value('command', 'restores $HYPERTIDE_REFERENCE to $HYPERTIDE_PATH'),
  monitor: value('address', 'serve /metrics, /readyz and /healthz at a port'),
  idle: value('time', 'end after this time without a trial', { kind: time }),
  logFormat,
};

const WAITS = 'expected none: a worker of a platform waits for the studies of all teams';

export const command = declare({
  description: 'Run a program for each trial of a study, at any address.',
  arguments: { study: { ...address, text: 'its address, or of several, as below' } },
  options,
  program: 'program and its arguments; {name} is a parameter',
  help: `nats://host/digits=2,team-* serves digits and all studies whose names match, and
gives digits twice the time. --config names studies itself: give only a server.
http://host/digits (give --token if it has users) and digits.jsonl work as well.`,
  run: ({ study, program, ...options }, { connection, flags }) =>
    withLog(options.logFormat, (log) => {
      if (options.platform !== undefined) checkTogether({ ...BESIDE_PLATFORM, idle: WAITS }, { ...options, ...flags });
      return work(study, program, options, connection, log);
    }),
});

type WorkerOptions = Given<typeof options>;

/** Where studies are, and how much of the time of the worker they get. */
interface PlaceToWork {
  /** Whose studies they are. A worker of a platform tries again until it can connect; another one fails. */
  readonly team?: string;
  readonly weight: number;
  /** Whether it stays connected to a server, which `--monitor` watches. */
  readonly isLinked?: true;
  /** Where it keeps output. Default: a folder for each study. */
  readonly directory?: string;
  /** @param signal ends the attempts. @param linked takes the connection */
  open(screen: StatusLine, signal: AbortSignal, linked: ReturnType<Links['expect']> | undefined): Promise<WorkerPlace>;
}

/** What a worker serves: studies at an address, or those of all teams of a platform. */
interface Served {
  readonly places: readonly PlaceToWork[];
  readonly assignments: readonly Assignment[];
}

async function work(
  study: string | undefined,
  words: readonly string[],
  options: WorkerOptions,
  connection: Connection,
  terminal: StatusLine,
): Promise<number> {
  const { name, idle, keep, saveEvery } = options;
  const commands = commandsIn(options);
  const { places, assignments } = await served(study, words, options, connection);
  const parallel = options.parallel ?? Math.max(...assignments.map((assignment) => assignment.parallel));
  const [{ studies: first }] = assignments as [Assignment];
  const isAlone = options.platform === undefined && assignments.length === 1 && !isPattern(first);
  const offers = amountsIn(options.slots ?? []);
  const screen = isAlone ? about(terminal, { study: first }) : terminal;
  if (name !== undefined) checkName('--name', name);
  if (options.directory !== undefined) makeFolder(options.directory);
  const tracing = await openTracing();
  const slots = sharedSlots(parallel, offers);
  const monitor = await monitorFor(options.monitor, screen);
  const meter = monitor?.ofWorker(parallel);
  const ending = new AbortController();
  const serving = new Set<WorkerStudies>();
  const running = () => [...serving].reduce((sum, studies) => sum + studies.running, 0);
  /** Works at a place until all studies there have closed, or until the end. */
  const workAt = async (
    { team, weight, open, directory = options.directory }: PlaceToWork,
    linked: ReturnType<Links['expect']> | undefined,
  ) => {
    const place = await open(screen, ending.signal, linked);
    const studies = new WorkerStudies({
      place,
      name,
      team,
      commands,
      keep,
      saveEvery,
      offers,
      tracing,
      assignments,
      isAlone,
      idle,
      screen,
      monitor,
      meter,
      slots: slots.group(weight),
      directoryOf: (study) => directoryOf(study, directory, isAlone),
    });
    serving.add(studies);
    try {
      if (!ending.signal.aborted) await Promise.race([studies.work(), killed]);
      studies.kill();
      return studies.hasFailed;
    } finally {
      studies.close();
      serving.delete(studies);
      await place.close();
    }
  };
  let interrupts = 0;
  const { promise: killed, resolve: kill } = withResolvers<void>();
  const release = onInterrupt((count) => {
    interrupts = count;
    if (count > 1 || serving.size === 0) kill();
    else if ([...serving].some(({ hasBegun }) => hasBegun)) {
      const trials = running() === 1 ? 'the running trial' : `${running()} running trials`;
      const what = running() > 0 ? `handing ${trials} back` : 'no trial runs here, so this worker ends';
      screen.line(`${what}; interrupt again to end at once`);
    }
    ending.abort();
    for (const studies of serving) studies.end();
  });
  try {
    const work = places.map((place) => {
      const linked = place.isLinked && monitor?.links.expect(place.team);
      return place.team === undefined ? workAt(place, linked) : persist(place.team, () => workAt(place, linked), screen, ending.signal);
    });
    const over = Promise.all(work);
    over.catch(() => {}); // after a second interrupt
    const failed = (await Promise.race([over, killed.then(() => undefined)])) ?? (serving.size > 0 ? await over : []);
    if (interrupts > 0) return 130;
    return failed.includes(true) ? exitStatus.incomplete : 0;
  } finally {
    release();
    await monitor?.close();
  }
}

/** @throws UsageError; StudyFileError */
async function served(
  study: string | undefined,
  words: readonly string[],
  options: WorkerOptions,
  connection: Connection,
): Promise<Served> {
  const { name, config, platform: file } = options;
  if (file !== undefined) {
    const platform = await readPlatform(file);
    if (name === undefined || !platform.workers.includes(name))
      throw new UsageError(`--name: expected one of the workers of ${file}, ${platform.workers.join(', ') || 'which names none'}`);
    const places = platform.teams.map((team) => onServer({ ...placeOfTeam(platform, team, name), weight: team.weight }, name));
    return { places, assignments: await assignmentsIn(study ?? (config === undefined ? '*' : undefined), words, options) };
  }
  const { form, at, name: names, journal } = parseAddress(study, connection);
  if (form === 'nats')
    return {
      places: [onServer({ nats: at, access: accessOf(connection.loginTo(at)), weight: 1 }, name)],
      assignments: await assignmentsIn(names, words, options),
    };
  if (names === undefined || (form === 'folder' && !journal?.endsWith('.jsonl')))
    throw new UsageError('expected a study, such as nats://127.0.0.1:4222/digits, http://127.0.0.1:8080/digits or digits.jsonl');
  checkTogether(form === 'http' ? { config: ONE_STUDY } : IN_JOURNAL, options);
  if (form === 'http' && options.saveEvery !== undefined && options.store === undefined)
    throw new UsageError('--save-every: expected also --store and --fetch, as a server over HTTP keeps no checkpoints');
  if (form === 'http' && /[*?=,[]/.test(names)) throw new UsageError(`${names}: expected one study; start a worker for each`);
  if (words.length === 0) throw new UsageError('expected a program after --');
  const only: Assignment = { studies: names, weight: 1, words, parallel: options.parallel ?? 1 };
  const open: PlaceToWork['open'] = async (screen) =>
    journal === undefined ? overHttp(`${at}/${names}`, tokenIn(connection.loginTo(at))) : inJournal(journal, only, screen);
  const { directory = journal && trialsDirectory(stemOf(journal)) } = options;
  return { places: [omitUndefined({ weight: 1, open, directory })], assignments: [only] };
}

const ONE_STUDY = 'expected none: it is for several studies on a NATS server';
const SHARED = 'expected none: processes that share a journal share its files';
const IN_JOURNAL: Refused = {
  config: ONE_STUDY,
  name: 'expected none: a process that shares a journal has no name',
  keep: 'expected none: give it to "hypertide run", as processes that share a journal share its files',
  saveEvery: SHARED,
  store: SHARED,
  fetch: SHARED,
};

const onServer = ({ nats, access, team, weight }: Place & { readonly weight: number }, name: string | undefined): PlaceToWork => ({
  ...(team !== undefined && { team }),
  weight,
  isLinked: true,
  open: async (screen, signal, linked) => {
    const inbox = name !== undefined && { inboxPrefix: inboxOfTrainer(name), name };
    const nc = await connect(screen, nats, { ...access, ...inbox }, CONNECT_WITHIN, signal);
    linked?.(nc);
    return onNats(nc, namingIn(nats));
  },
});

/** What saves and restores checkpoints. @throws UsageError */
function commandsIn({ store, fetch }: WorkerOptions): StoreCommands | undefined {
  if (store !== undefined && fetch !== undefined) return { store, fetch };
  if (store === fetch) return undefined;
  throw new UsageError('--store and --fetch: expected both, since one worker fetches what another one stores');
}

/** The studies that it serves, and their programs. @throws UsageError; StudyFileError */
async function assignmentsIn(
  names: string | undefined,
  words: readonly string[],
  { config, parallel }: WorkerOptions,
): Promise<readonly Assignment[]> {
  if (config !== undefined) {
    if (names === undefined && words.length === 0) return readAssignments(config, omitUndefined({ parallel }));
    throw new UsageError('--config: expected no name of a study and no program, since the file names both');
  }
  if (names === undefined)
    throw new UsageError('expected the names of studies in the address, such as nats://host/digits, or --config with a file');
  if (words.length === 0) throw new UsageError('expected a program after --, or --config with a file');
  return sharedProgram(names.split(','), words, { parallel: parallel ?? 1 });
}

/** The directory of a study's trials. If one directory is for several studies, each has its own below it. */
function directoryOf(study: string, directory: string | undefined, isAlone: boolean): string {
  if (directory === undefined) return trialsDirectory(study);
  return isAlone ? resolve(directory) : join(resolve(directory), study);
}
