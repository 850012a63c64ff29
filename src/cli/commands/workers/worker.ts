import { join, resolve } from 'node:path';
import { type Access, namingIn } from '../../../../streams/nats/connection/connect.ts';
import { checkName, inboxOfTrainer } from '../../../../streams/nats/protocol/subjects.ts';
import { withResolvers } from '../../../../streams/promises.ts';
import { onInterrupt } from '../../../host/interrupt.ts';
import { monitorFor } from '../../../host/serving/monitor.ts';
import { openTracing } from '../../../monitoring/openTracing.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { accessOf, CONNECT_WITHIN, connect } from '../../../stores/connect.ts';
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
import type { ProgramSettings } from '../../../worker/workOn.ts';

interface WorkerOptions extends Access, Partial<ProgramSettings> {
  readonly nats: string;
  /** Names of studies and patterns, each with a weight after `=` if it is not 1. */
  readonly study?: readonly string[];
  /** A file with a program for each study or pattern. */
  readonly config?: string;
  /** What this machine has for trials, such as `gpu=2`. */
  readonly slots?: readonly string[];
  readonly name?: string;
  readonly directory?: string;
  /** Bytes of all files in the directory of a study. */
  readonly keep?: number;
  /** Seconds between two saves of the checkpoint of a running trial. */
  readonly saveEvery?: number;
  /** Commands that save and restore checkpoints. */
  readonly store?: string;
  readonly fetch?: string;
  /** Seconds without a trial after which it ends. */
  readonly idle?: number;
  /** Where to serve metrics and health. */
  readonly monitor?: string;
}

/** `hypertide worker`: a trainer that runs a program for each trial. Resolves with the exit status. */
export async function work(words: readonly string[], options: WorkerOptions, terminal: StatusLine): Promise<number> {
  const { nats, name, idle, keep, saveEvery } = options;
  const commands = commandsIn(options);
  const assignments = await assignmentsIn(words, options);
  const parallel = options.parallel ?? Math.max(...assignments.map((assignment) => assignment.parallel));
  const [{ studies: first }] = assignments as [Assignment];
  const isAlone = assignments.length === 1 && !isPattern(first);
  const offers = amountsIn(options.slots ?? []);
  const screen = isAlone ? about(terminal, { study: first }) : terminal;
  if (name !== undefined) checkName('--name', name);
  if (options.directory !== undefined) makeFolder(options.directory);
  const tracing = await openTracing();
  const nc = await connect(
    screen,
    nats,
    {
      ...accessOf(options),
      ...(name !== undefined && { inboxPrefix: inboxOfTrainer(name, options.creds !== undefined), name }),
    },
    CONNECT_WITHIN,
  );
  const monitor = await monitorFor(options.monitor, screen, nc);
  const studies = new WorkerStudies({
    nc,
    naming: namingIn(nats),
    name,
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
    meter: monitor?.ofWorker(parallel),
    slots: sharedSlots(parallel, offers),
    directoryOf: (study) => directoryOf(study, options.directory, isAlone),
  });
  let interrupts = 0;
  const { promise: killed, resolve: kill } = withResolvers<void>();
  const release = onInterrupt((count) => {
    interrupts = count;
    if (count > 1) kill();
    else if (studies.hasBegun) {
      const trials = studies.running === 1 ? 'the running trial' : `${studies.running} running trials`;
      const what = studies.running > 0 ? `handing ${trials} back` : 'no trial runs here, so this worker ends';
      screen.line(`${what}; interrupt again to end at once`);
    }
    studies.end();
  });
  try {
    await Promise.race([studies.work(), killed]);
    studies.kill();
    if (interrupts > 0) return 130;
    return studies.hasFailed ? 1 : 0;
  } finally {
    studies.close();
    release();
    await monitor?.close();
    await nc.close();
  }
}

/** What saves and restores checkpoints. @throws UsageError */
function commandsIn({ store, fetch }: WorkerOptions): StoreCommands | undefined {
  if (store !== undefined && fetch !== undefined) return { store, fetch };
  if (store === fetch) return undefined;
  throw new UsageError('--store and --fetch: expected both, since one worker fetches what another one stores');
}

/** The studies that it serves, and their programs. @throws UsageError; StudyFileError */
async function assignmentsIn(words: readonly string[], options: WorkerOptions): Promise<readonly Assignment[]> {
  const { study, config, parallel, timeLimit, atTimeLimit, metric, metricFile, result } = options;
  const settings = omitUndefined({ parallel, timeLimit, atTimeLimit, metric, metricFile, result });
  if (config !== undefined) {
    if (study === undefined && words.length === 0) return readAssignments(config, settings);
    throw new UsageError('--config: expected no --study and no program, since the file names both');
  }
  if (study === undefined) throw new UsageError('expected --study with the names of studies, or --config with a file');
  if (words.length === 0) throw new UsageError('expected a program after --, or --config with a file');
  return sharedProgram(study, words, { parallel: 1, ...settings });
}

/** The directory of a study's trials. If one directory is for several studies, each has its own below it. */
function directoryOf(study: string, directory: string | undefined, isAlone: boolean): string {
  if (directory === undefined) return trialsDirectory(study);
  return isAlone ? resolve(directory) : join(resolve(directory), study);
}
