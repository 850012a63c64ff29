import { resolve } from 'node:path';
import { spaceOf } from '../../../../streams/engine/applyEntries.ts';
import type { EndFact } from '../../../../streams/evaluate.ts';
import type { Access } from '../../../../streams/nats/connect.ts';
import { createdOn, settingsOn } from '../../../../streams/nats/created.ts';
import { checkName, inboxOfTrainer } from '../../../../streams/nats/subjects.ts';
import type { Perform } from '../../../../streams/nats/trainer/claimedRun.ts';
import { runTrainer } from '../../../../streams/nats/trainer/runTrainer.ts';
import type { Params } from '../../../facts/facts.ts';
import { openTracing } from '../../../monitoring/openTracing.ts';
import { omitUndefined } from '../../../omitUndefined.ts';
import { commandOf, metricFileOf, notPassed } from '../../runner/command.ts';
import type { Running } from '../../runner/process.ts';
import { monitorFor } from '../../serving/monitorFor.ts';
import { accessOf, announceWait, connect } from '../../sources/connect.ts';
import { onInterrupt } from '../../terminal/interrupt.ts';
import type { StatusLine } from '../../terminal/statusLine.ts';
import { about } from '../../terminal/withLog.ts';
import { listeningFor } from '../../trainers/metric.ts';
import { notices } from '../../trainers/notices.ts';
import { checkResuming } from '../../trainers/resuming.ts';
import { startTrial } from '../../trainers/trainers.ts';
import { trialsDirectory } from '../../trainers/trialFiles.ts';
import { UsageError } from '../../usage.ts';

interface WorkerOptions extends Access {
  readonly nats: string;
  readonly study: string;
  readonly name?: string;
  readonly parallel?: number;
  readonly timeLimit?: number;
  readonly atTimeLimit?: 'stop' | 'fail';
  readonly directory?: string;
  /** Seconds without a trial after which it ends. */
  readonly idle?: number;
  /** Where to serve metrics and health. */
  readonly monitor?: string;
  /** The name under which the program prints the value. */
  readonly metric?: string;
  /** The path of a file that the program writes its metrics into. */
  readonly metricFile?: string;
  /** Which of the values of a run is its result. */
  readonly result?: 'last' | 'best';
}

/** How a trial ended here. Handing it back is no failure. */
function endOf(event: EndFact): string {
  if (event.type !== 'failed') return event.type;
  if (event.reason !== 'preempted') return `failed: ${event.message}`;
  return event.checkpoint === undefined
    ? 'handed back, for another worker to begin again'
    : `handed back with its checkpoint ${event.checkpoint}`;
}

/** `hypertide worker`: a trainer that runs a program for each trial. Resolves with the exit status. */
export async function work(words: readonly string[], options: WorkerOptions, terminal: StatusLine): Promise<number> {
  const { nats, name, parallel = 1, timeLimit, atTimeLimit, metric, result, idle } = options;
  const study = checkName('--study', options.study);
  const screen = about(terminal, { study });
  const warn = about(screen, { level: 'warn' }).line;
  if (name !== undefined) checkName('--name', name);
  const nc = await connect(screen, nats, {
    ...accessOf(options),
    ...(name !== undefined && { inboxPrefix: inboxOfTrainer(name, options.creds !== undefined), name }),
  });
  const eyes = await monitorFor(options.monitor, screen, nc);
  const meter = eyes?.ofWorker(parallel);
  const gone = new AbortController();
  let interrupted = (_: number) => gone.abort();
  const release = onInterrupt((count) => interrupted(count));
  try {
    const created = await announceWait(
      screen,
      `the study ${study}, which is not on this server yet`,
      createdOn(nc, study, gone.signal),
    ).catch((error) => {
      if (!gone.signal.aborted) throw error;
    });
    if (!created) return 130;
    if (metric !== undefined && created.objectives.length > 1)
      throw new UsageError('--metric: expected a study with one objective, got several');
    const space = spaceOf(created);
    const command = commandOf(words, space);
    const missing = notPassed(command, space);
    if (missing !== undefined) warn(`the command does not pass ${missing}`);
    const { strategy, decisions, resumes } = await settingsOn(nc, study, created);
    checkResuming({ strategy, decisions, resumes, command });
    const settings = {
      study,
      command,
      metricFile: metricFileOf(options.metricFile, space, parallel),
      ...listeningFor({ objectives: created.objectives, metric }),
      result,
      notices: notices({ warn, strategy, decisions, direction: created.objectives[0]!.direction, metric }),
      directory: options.directory === undefined ? trialsDirectory(study) : resolve(options.directory),
      warn,
      timeLimit,
      atTimeLimit,
      tracing: await openTracing(),
    };
    const running = new Set<Running>();
    const slots = new Set(Array.from({ length: parallel }, (_, slot) => slot));
    let resting: NodeJS.Timeout | undefined;
    let rest = () => {};
    /** Counts the seconds without a trial from here on. */
    const look = () => {
      clearTimeout(resting);
      if (idle !== undefined && running.size === 0) resting = setTimeout(() => rest(), idle * 1000);
    };
    const perform: Perform<Params> = ({ suggestion, run, say, traceparent }) => {
      const [slot] = slots as Set<number> & Iterable<number>;
      slots.delete(slot!);
      let wanted = true;
      const { process, end, about: aboutIt } = startTrial(settings, suggestion, run, slot!, say, traceparent);
      running.add(process);
      meter?.begin();
      look();
      void end.then((event) => {
        running.delete(process);
        slots.add(slot!);
        meter?.end(study, event.type);
        const { trial } = suggestion;
        const level = event.type === 'failed' && event.reason !== 'preempted' ? 'warn' : 'info';
        screen.line(`trial ${trial} ${endOf(event)}`, { level, ...aboutIt });
        look();
        say.end(wanted ? event : undefined);
      });
      const abandon = () => {
        wanted = false;
        process.preempt();
      };
      return { stop: process.stop, preempt: process.preempt, abandon };
    };
    const closed = (reason: string) =>
      screen.line(
        `${study}: the study has closed (${reason}), so this worker ends; "hypertide change" reopens it, then start the worker again`,
      );
    const trainer = runTrainer<Params>(nc, study, perform, omitUndefined({ slots: parallel, warn, name, closed }));
    let ended = false;
    rest = () => {
      screen.line(`${study}: no trial for ${idle} s, so this worker ends`);
      void trainer.close();
    };
    look();
    const atOnce = new Promise<void>((resolve) => {
      interrupted = (count) => {
        ended = true;
        if (count === 1) screen.line(`handing ${running.size} running trials back; interrupt again to end at once`);
        else resolve();
        void trainer.close();
      };
    });
    await Promise.race([trainer.done, atOnce]);
    clearTimeout(resting);
    for (const process of running) process.kill();
    return ended ? 130 : 0;
  } finally {
    release();
    await eyes?.close();
    await nc.close();
  }
}
