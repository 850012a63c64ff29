import { setTimeout as sleep } from 'node:timers/promises';
import { EMPTY, type Observable, Subject } from 'rxjs';
import { spaceOf } from '../../streams/engine/applyEntries.ts';
import { openTrainer } from '../../streams/http/trainerPort.ts';
import { type AwaitOptions, createdOn, settingsOn } from '../../streams/nats/created.ts';
import { type StudyNaming, subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { type RunTrainerOptions, runTrainer } from '../../streams/nats/trainer/runTrainer.ts';
import type { TrainerPort } from '../../streams/study/port/port.ts';
import type { Perform } from '../../streams/study/training/claimedRun.ts';
import { type Trainer, work } from '../../streams/study/training/work.ts';
import type { Created, Params } from '../facts/facts.ts';
import { diskAndClock } from '../host/diskAndClock.ts';
import { listeningFor } from '../host/metric.ts';
import { acceptCommands } from '../host/plugins.ts';
import { journalSeats, type StudyHost } from '../host/sharedStudy.ts';
import { trainerOf } from '../host/trainerOf.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { type Settings, settingsOf } from '../ledger/settings.ts';
import { templateText } from '../programs/template.ts';
import { commandOf } from '../programs/trialCommand.ts';
import { createdIn } from '../stores/journalFile.ts';
import type { StatusLine } from '../text/statusLine.ts';
import { type CheckpointStore, type StoringRun, serverStore } from './checkpointStore.ts';
import { followStudies } from './followStudies.ts';

type TrainOptions = Pick<
  RunTrainerOptions,
  'slots' | 'name' | 'warn' | 'closed' | 'instructed' | 'drained' | 'stays' | 'gate' | 'saveEvery' | 'offers'
>;

/** A study as a worker reaches it. */
export interface WorkerStudy {
  /** Its first fact, and its settings now. Waits until it is there. @throws the reason of the signal */
  begun(how: AwaitOptions): Promise<{ readonly created: Created; readonly settings: Settings }>;
  /** Evaluates its trials. Call `begun` before. */
  train(perform: Perform<Params>, options: TrainOptions): Trainer;
  /** How workers name it where they keep checkpoints for each other, and its own place for these. Absent: they share a machine. */
  readonly checkpoints?: Pick<StoringRun, 'study'> & { readonly server?: CheckpointStore };
}

/** Where the studies of a worker are. */
export interface WorkerPlace {
  studyAt(name: string): WorkerStudy;
  /** Works on all that match, where several can be served. */
  follow?(...given: Parameters<typeof followStudies> extends [unknown, ...infer More] ? More : never): Promise<void>;
  close(): Promise<void>;
}

type Connection = Parameters<typeof followStudies>[0] & Parameters<typeof runTrainer>[0];

/** The studies of a NATS server. */
export const onNats = (nc: Connection, naming: StudyNaming): WorkerPlace => ({
  studyAt: (name) => {
    const study = subjectsOf(name, naming);
    return {
      begun: async (how) => {
        const created = await createdOn(nc, study, how);
        return { created, settings: await settingsOn(nc, study, created) };
      },
      train: (perform, options) => runTrainer<Params>(nc, name, perform, { ...naming, ...options }),
      checkpoints: { study, server: serverStore(nc) },
    };
  },
  follow: (fits, attend, warn, signal) => followStudies(nc, fits, attend, warn, signal, naming),
  close: () => nc.close(),
});

/** What a server answers about a study that is not there yet. */
const ABSENT = ['unknown-study', 'not-begun'];
/** Milliseconds between two looks for it. */
const LOOK_EVERY = 1000;

/** A study behind HTTP, whose server keeps no checkpoints. */
export function overHttp(address: string, token: string | undefined): WorkerPlace {
  const closing = new AbortController();
  let port: TrainerPort | undefined;
  const open = async ({ signal = closing.signal, warn = () => {} }: AwaitOptions) => {
    for (let isSaid = false; ; isSaid = true) {
      try {
        return await openTrainer<Params>(address, { token, warn, closing: closing.signal });
      } catch (error) {
        if (!ABSENT.includes((error as { readonly code?: string }).code ?? '')) throw error;
        if (!isSaid) warn(`waiting for the study at ${address}, which is not there yet`);
        await sleep(LOOK_EVERY, undefined, { signal });
      }
    }
  };
  return {
    studyAt: (study) => ({
      begun: async (how) => {
        const { created, port: opened } = await open(how);
        port = opened;
        return { created, settings: settingsOf(created) };
      },
      train: (perform, options) => trainAt(port!, EMPTY, perform, options),
      checkpoints: { study },
    }),
    close: async () => closing.abort(),
  };
}

/** Seconds for which the last results wait for space on the disk. */
const GRACE_S = 10;

/** The study of a journal, which this process runs, or joins the one that does. */
export function inJournal(
  path: string,
  { words, parallel }: { readonly words: readonly string[]; readonly parallel: number },
  screen: StatusLine,
): WorkerPlace {
  const live$ = new Subject<AppliedEntry<Params>>();
  let trainer: Awaited<ReturnType<typeof trainerOf>> | undefined;
  const host: StudyHost = {
    plugins: [diskAndClock(), acceptCommands],
    line: screen.line,
    seated: ({ pid, isAgain }) => {
      const by = pid === undefined ? 'this one' : `process ${pid}`;
      screen.line(isAgain ? `the process that ran the study has ended: ${by} runs it now` : `the process that runs the study: ${by}`);
    },
    apply: (entry) => live$.next(entry),
  };
  return {
    studyAt: (name) => ({
      begun: async () => {
        const created = await createdIn(path);
        const space = spaceOf(created);
        const command = templateText(commandOf(words, space, listeningFor(created).examples));
        const describe = async () => ({ name, space, strategy: undefined, options: undefined, hasBegun: true });
        trainer = await trainerOf(journalSeats({ path, describe, command, grace: GRACE_S }, host));
        if (!trainer.seat.isOwn) await trainer.limit({ parallel });
        return { created, settings: trainer.seat.study.ledger.settings };
      },
      train: (perform, options) => {
        const at = trainAt(trainer!, live$, perform, options);
        const close = () => {
          trainer!.leaving();
          return at.close();
        };
        return { ...at, close };
      },
    }),
    close: async () => trainer?.close(),
  };
}

/** Evaluates trials of a study by its port. @param live$ its entries as they come */
function trainAt(
  port: Pick<TrainerPort, 'ask' | 'record' | 'heartbeat'>,
  live$: Observable<AppliedEntry<Params>>,
  perform: Perform<Params>,
  { slots = 1, name, warn = () => {}, closed, drained, ...options }: TrainOptions,
): Trainer {
  const over = (reason: string) => (reason === 'drained' ? drained?.() : closed?.(reason));
  const loop = work(port, perform, { ...options, ...(name !== undefined && { name }), slots: () => slots, warn, over });
  const heard = live$.subscribe({
    next: ({ effect, fact }) => {
      if (effect === 'cancelled' || effect === 'closed')
        setImmediate(loop.check); // the study acts on it first
      else if (effect !== 'rejected' && fact.type === 'changed') loop.fill();
    },
    error: () => {}, // its requests report it
  });
  loop.fill();
  return { name: loop.name, done: loop.done.finally(() => heard.unsubscribe()), close: loop.close };
}
