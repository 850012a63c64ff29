import { join, resolve } from 'node:path';
import type { Access } from '../../../../streams/nats/connection/connect.ts';
import { checkName, inboxOfTrainer } from '../../../../streams/nats/protocol/subjects.ts';
import type { Trainer } from '../../../../streams/nats/trainer/runTrainer.ts';
import { openTracing } from '../../../monitoring/openTracing.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { Running } from '../../runner/process.ts';
import { monitorFor } from '../../serving/monitorFor.ts';
import { accessOf, connect, PATIENCE } from '../../sources/connect.ts';
import { makeFolder } from '../../sources/makeFolder.ts';
import { isPattern, matching } from '../../sources/namePattern.ts';
import { onInterrupt } from '../../terminal/interrupt.ts';
import type { StatusLine } from '../../terminal/statusLine.ts';
import { about } from '../../terminal/withLog.ts';
import { amountsIn } from '../../trainers/amounts.ts';
import { type Assignment, readAssignments, sharedProgram } from '../../trainers/assignments.ts';
import type { DepotCommands } from '../../trainers/depot.ts';
import { type Attended, followStudies } from '../../trainers/followStudies.ts';
import { places } from '../../trainers/places.ts';
import { trialsDirectory } from '../../trainers/trialFiles.ts';
import { type ProgramSettings, workOn } from '../../trainers/workOn.ts';
import { UsageError } from '../../usage.ts';

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
  const { nats, name, idle } = options;
  const commands = commandsIn(options);
  const assignments = await assignmentsIn(words, options);
  const parallel = options.parallel ?? Math.max(...assignments.map((assignment) => assignment.parallel));
  const named = assignments.filter(({ studies }) => !isPattern(studies));
  const patterns = assignments.filter(({ studies }) => isPattern(studies));
  const isAlone = assignments.length === 1 && patterns.length === 0;
  const offers = amountsIn(options.slots ?? []);
  const shared = places(parallel, offers);
  const screenOf = (study: string) => about(terminal, { study });
  const screen = isAlone ? screenOf(named[0]!.studies) : terminal;
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
    PATIENCE,
  );
  const eyes = await monitorFor(options.monitor, screen, nc);
  const meter = eyes?.ofWorker(parallel);
  const gone = new AbortController();
  const trainers = new Set<Trainer>();
  const running = new Map<Running, string>();
  let interrupts = 0;
  /** Why studies are not served. */
  const failures = new Map<string, string>();
  const endAll = () => {
    gone.abort();
    for (const trainer of trainers) void trainer.close();
  };
  let atOnce = () => {};
  const killed = new Promise<void>((settle) => {
    atOnce = settle;
  });
  const release = onInterrupt((count) => {
    interrupts = count;
    if (count > 1) atOnce();
    else if (trainers.size > 0) {
      const what = running.size > 0 ? `handing ${running.size} running trials back` : 'no trial runs here, so this worker ends';
      screen.line(`${what}; interrupt again to end at once`);
    }
    endAll();
  });
  let resting: NodeJS.Timeout | undefined;
  /** Counts the seconds without a trial from here on. */
  const look = () => {
    clearTimeout(resting);
    if (idle === undefined || running.size > 0) return;
    resting = setTimeout(() => {
      screen.line(`${assignments.map(({ studies }) => studies).join(', ')}: no trial for ${idle} s, so this worker ends`);
      endAll();
    }, idle * 1000);
  };
  /** Works on a study until it has closed. @returns whether it has closed */
  const attend = async (study: string, { weight, words, ...settings }: Assignment, begun: (trainer: Trainer) => void): Promise<boolean> => {
    let hasClosed = false;
    eyes?.metrics.attended.set(study, 'waiting');
    const trainer = await workOn({
      ...settings,
      nc,
      study,
      words,
      name,
      commands,
      keep: options.keep,
      saveEvery: options.saveEvery,
      directory: directoryOf(study, options.directory, isAlone),
      screen: isAlone ? screen : withName(screenOf(study), study),
      offers,
      doorFor: (needs) => shared.join(weight, needs),
      slotOf: shared.slotOf,
      tracing,
      signal: gone.signal,
      isFollowed: isPattern(settings.studies),
      closed: () => {
        hasClosed = true;
      },
      began: (process) => {
        running.set(process, study);
        meter?.begin();
        look();
      },
      ended: (process, { type }) => {
        running.delete(process);
        meter?.end(study, type);
        look();
      },
    });
    if (!trainer) return false;
    eyes?.metrics.attended.set(study, 'working');
    trainers.add(trainer);
    begun(trainer);
    if (resting === undefined) look();
    await (gone.signal.aborted ? trainer.close() : trainer.done);
    trainers.delete(trainer);
    eyes?.metrics.attended.delete(study);
    return hasClosed;
  };
  const attendAmongOthers = (study: string, assignment: Assignment, begun: (trainer: Trainer) => void = () => {}) =>
    attend(study, assignment, (trainer) => {
      failures.delete(study);
      begun(trainer);
    }).catch((error: Error) => {
      if (isAlone) throw error;
      if (failures.get(study) !== error.message)
        screen.line(`${study}: this worker does not serve it: ${error.message}`, { level: 'warn', study });
      failures.set(study, error.message);
      return false;
    });
  /** Works on the studies that match patterns. The first matching pattern decides; studies with an assignment by name are left out. */
  const follow = async () => {
    const rules = patterns.map((assignment) => ({ assignment, fits: matching(assignment.studies) }));
    const ruleOf = (study: string) => (named.some(({ studies }) => studies === study) ? undefined : rules.find(({ fits }) => fits(study)));
    const attendOne = (study: string): Attended => {
      let trainer: Trainer | undefined;
      let hasLeft = false;
      const hasClosed = attendAmongOthers(study, ruleOf(study)!.assignment, (begun) => {
        screen.line(`${study}: this worker takes its trials`, { study });
        trainer = begun;
      });
      const leave = () => {
        if (trainer === undefined || [...running.values()].includes(study)) return;
        hasLeft = true;
        void trainer.close();
      };
      const how = (closed: boolean) => (closed ? 'closed' : hasLeft || failures.has(study) ? 'again' : 'over');
      return { ended: hasClosed.then(how), leave };
    };
    look();
    await followStudies(
      nc,
      (study) => ruleOf(study) !== undefined,
      attendOne,
      (message) => screen.line(message, { level: 'warn' }),
      gone.signal,
    );
  };
  try {
    const work = named.map((assignment) => attendAmongOthers(assignment.studies, assignment));
    await Promise.race([Promise.all([...work, ...(patterns.length > 0 ? [follow()] : [])]), killed]);
    for (const process of running.keys()) process.kill();
    if (interrupts > 0) return 130;
    return failures.size > 0 ? 1 : 0;
  } finally {
    clearTimeout(resting);
    release();
    await eyes?.close();
    await nc.close();
  }
}

/** What saves and restores checkpoints. @throws UsageError */
function commandsIn({ store, fetch }: WorkerOptions): DepotCommands | undefined {
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

/** A screen whose lines name the study. */
const withName = (screen: StatusLine, study: string): StatusLine => ({
  ...screen,
  line: (text, fields) => screen.line(text.startsWith(`${study}: `) ? text : `${study}: ${text}`, fields),
});
