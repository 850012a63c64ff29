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
import { parseAddress } from '../../../stores/locate.ts';
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
import { WorkerStudies } from '../../../worker/workerStudies.ts';
import { BESIDE_PLATFORM, checkTogether } from '../../checkTogether.ts';
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
  description: 'Run a program for each trial of one or several studies on a NATS server.',
  arguments: { study: { ...address, text: 'its address, or of several, as below' } },
  options,
  program: 'program and its arguments; {name} is a parameter',
  help: `nats://host/digits=2,team-* serves digits and all studies whose names match, and
gives digits twice the time. --config names studies itself: give only a server.`,
  run: ({ study, program, ...options }, { connection, flags }) =>
    withLog(options.logFormat, (log) => {
      if (options.platform !== undefined) checkTogether({ ...BESIDE_PLATFORM, idle: WAITS }, { ...options, ...flags });
      return work(study, program, options, connection, log);
    }),
});

type WorkerOptions = Given<typeof options>;

/** What a worker serves: studies on one server, or those of all teams of a platform. */
interface Served {
  /** A worker of a platform tries again until it can connect; another one fails. */
  readonly places: readonly (Place & { readonly weight: number })[];
  /** Names and patterns of studies. */
  readonly names: string | undefined;
}

async function work(
  study: string | undefined,
  words: readonly string[],
  options: WorkerOptions,
  connection: Connection,
  terminal: StatusLine,
): Promise<number> {
  const { name, idle, keep, saveEvery } = options;
  const { places, names } =
    options.platform === undefined ? onServer(study, connection) : await onPlatform(options.platform, study, options);
  const commands = commandsIn(options);
  const assignments = await assignmentsIn(names, words, options);
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
  const served = new Set<WorkerStudies>();
  const running = () => [...served].reduce((sum, studies) => sum + studies.running, 0);
  /** Works at a place until all studies there have closed, or until the end. */
  const workAt = async ({ nats, access, team, weight }: Served['places'][number], linked: ReturnType<Links['expect']> | undefined) => {
    const inbox = name !== undefined && { inboxPrefix: inboxOfTrainer(name), name };
    const nc = await connect(screen, nats, { ...access, ...inbox }, CONNECT_WITHIN, ending.signal);
    linked?.(nc);
    const studies = new WorkerStudies({
      nc,
      naming: namingIn(nats),
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
      directoryOf: (study) => directoryOf(study, options.directory, isAlone),
    });
    served.add(studies);
    try {
      if (!ending.signal.aborted) await Promise.race([studies.work(), killed]);
      studies.kill();
      return studies.hasFailed;
    } finally {
      studies.close();
      served.delete(studies);
      await nc.close();
    }
  };
  let interrupts = 0;
  const { promise: killed, resolve: kill } = withResolvers<void>();
  const release = onInterrupt((count) => {
    interrupts = count;
    if (count > 1 || served.size === 0) kill();
    else if ([...served].some(({ hasBegun }) => hasBegun)) {
      const trials = running() === 1 ? 'the running trial' : `${running()} running trials`;
      const what = running() > 0 ? `handing ${trials} back` : 'no trial runs here, so this worker ends';
      screen.line(`${what}; interrupt again to end at once`);
    }
    ending.abort();
    for (const studies of served) studies.end();
  });
  try {
    const work = places.map((place) => {
      const linked = monitor?.links.expect(place.team);
      return place.team === undefined ? workAt(place, linked) : persist(place.team, () => workAt(place, linked), screen, ending.signal);
    });
    const over = Promise.all(work);
    over.catch(() => {}); // after a second interrupt
    const failed = (await Promise.race([over, killed.then(() => undefined)])) ?? (served.size > 0 ? await over : []);
    if (interrupts > 0) return 130;
    return failed.includes(true) ? exitStatus.incomplete : 0;
  } finally {
    release();
    await monitor?.close();
  }
}

/** @throws UsageError */
function onServer(study: string | undefined, connection: Connection): Served {
  const { form, at: nats, name: names } = parseAddress(study, connection);
  if (form !== 'nats') throw new UsageError('expected studies on a NATS server, such as nats://127.0.0.1:4222/digits');
  return { places: [{ nats, access: accessOf(connection.loginTo(nats)), weight: 1 }], names };
}

/** @throws UsageError; StudyFileError */
async function onPlatform(file: string, names: string | undefined, { name, config }: WorkerOptions): Promise<Served> {
  const platform = await readPlatform(file);
  if (name === undefined || !platform.workers.includes(name))
    throw new UsageError(`--name: expected one of the workers of ${file}, ${platform.workers.join(', ') || 'which names none'}`);
  const places = platform.teams.map((team) => ({ ...placeOfTeam(platform, team, name), weight: team.weight }));
  return { places, names: names ?? (config === undefined ? '*' : undefined) };
}

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
