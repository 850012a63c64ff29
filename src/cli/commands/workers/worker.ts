import { join, resolve } from 'node:path';
import type { Access } from '../../../../streams/nats/connection/connect.ts';
import { checkName, inboxOfTrainer } from '../../../../streams/nats/protocol/subjects.ts';
import type { Trainer } from '../../../../streams/nats/trainer/runTrainer.ts';
import { openTracing } from '../../../monitoring/openTracing.ts';
import type { Running } from '../../runner/process.ts';
import { monitorFor } from '../../serving/monitorFor.ts';
import { accessOf, connect } from '../../sources/connect.ts';
import { onInterrupt } from '../../terminal/interrupt.ts';
import type { StatusLine } from '../../terminal/statusLine.ts';
import { about } from '../../terminal/withLog.ts';
import { amountsIn } from '../../trainers/amounts.ts';
import type { DepotCommands } from '../../trainers/depot.ts';
import { places } from '../../trainers/places.ts';
import { trialsDirectory } from '../../trainers/trialFiles.ts';
import { type ProgramSettings, workOn } from '../../trainers/workOn.ts';
import { UsageError } from '../../usage.ts';

interface WorkerOptions extends Access, Partial<ProgramSettings> {
  readonly nats: string;
  /** Names of studies, each with a weight after `=` if it is not 1. */
  readonly study: readonly string[];
  /** What this machine has for trials, such as `gpu=2`. */
  readonly slots?: readonly string[];
  readonly name?: string;
  readonly directory?: string;
  /** Bytes of all files in the directory of a study. */
  readonly keep?: number;
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
  const { nats, name, parallel = 1, timeLimit, atTimeLimit, metric, metricFile, result, idle } = options;
  const commands = commandsIn(options);
  const shares = sharesIn(options.study);
  const isAlone = shares.size === 1;
  const offers = amountsIn(options.slots ?? []);
  const shared = places(parallel, offers);
  const screenOf = (study: string) => about(terminal, { study });
  const screen = isAlone ? screenOf([...shares.keys()][0]!) : terminal;
  if (name !== undefined) checkName('--name', name);
  const tracing = await openTracing();
  const nc = await connect(screen, nats, {
    ...accessOf(options),
    ...(name !== undefined && { inboxPrefix: inboxOfTrainer(name, options.creds !== undefined), name }),
  });
  const eyes = await monitorFor(options.monitor, screen, nc);
  const meter = eyes?.ofWorker(parallel);
  const gone = new AbortController();
  const trainers = new Set<Trainer>();
  const running = new Set<Running>();
  let interrupts = 0;
  let failed = 0;
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
      screen.line(`${[...shares.keys()].join(', ')}: no trial for ${idle} s, so this worker ends`);
      endAll();
    }, idle * 1000);
  };
  const attend = async (study: string, weight: number) => {
    const trainer = await workOn({
      nc,
      study,
      words,
      name,
      hasLogin: (options.nkey ?? options.creds) !== undefined,
      ...{ parallel, timeLimit, atTimeLimit, metric, metricFile, result },
      commands,
      keep: options.keep,
      directory: directoryOf(study, options.directory, isAlone),
      screen: isAlone ? screen : named(screenOf(study), study),
      offers,
      doorFor: (needs) => shared.join(weight, needs),
      slotOf: shared.slotOf,
      tracing,
      signal: gone.signal,
      began: (process) => {
        running.add(process);
        meter?.begin();
        look();
      },
      ended: (process, { type }) => {
        running.delete(process);
        meter?.end(study, type);
        look();
      },
    });
    if (!trainer) return;
    trainers.add(trainer);
    if (trainers.size === 1) look();
    await (gone.signal.aborted ? trainer.close() : trainer.done);
  };
  const attendAmongOthers = (study: string, weight: number) =>
    attend(study, weight).catch((error: Error) => {
      if (isAlone) throw error;
      failed++;
      screen.line(`${study}: this worker does not serve it: ${error.message}`, { level: 'warn', study });
    });
  try {
    await Promise.race([Promise.all([...shares].map(([study, weight]) => attendAmongOthers(study, weight))), killed]);
    for (const process of running) process.kill();
    if (interrupts > 0) return 130;
    return failed > 0 ? 1 : 0;
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

/** The weights of studies, by name. @throws UsageError */
function sharesIn(words: readonly string[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const word of words) {
    const [study = '', weight = '1', ...rest] = word.split('=');
    checkName('--study', study);
    if (rest.length > 0 || !(Number(weight) > 0 && Number(weight) < Number.POSITIVE_INFINITY))
      throw new UsageError(`--study: expected a name, or a name with a weight such as ${study}=2, got ${word}`);
    if (shares.has(study)) throw new UsageError(`--study: expected each study once, got ${study} twice`);
    shares.set(study, Number(weight));
  }
  return shares;
}

/** Where the trials of a study are kept. Several studies in one directory have one below it each. */
function directoryOf(study: string, directory: string | undefined, isAlone: boolean): string {
  if (directory === undefined) return trialsDirectory(study);
  return isAlone ? resolve(directory) : join(resolve(directory), study);
}

/** A screen whose lines name the study. */
const named = (screen: StatusLine, study: string): StatusLine => ({
  ...screen,
  line: (text, fields) => screen.line(text.startsWith(`${study}: `) ? text : `${study}: ${text}`, fields),
});
