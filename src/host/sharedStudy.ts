import { setTimeout as sleep } from 'node:timers/promises';
import { changeAtStart, refuseOtherStudy } from '../../streams/engine/runEngine.ts';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import { JournalLockedError } from '../../streams/log/errors.ts';
import { waker } from '../../streams/log/follow.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { type Journal, type JournalOptions, openJournal } from '../../streams/log/openJournal.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import type { StudyOptions } from '../../streams/spec/options.ts';
import { auto } from '../../streams/strategies/auto.ts';
import { reached } from '../../streams/study/port/entries.ts';
import { followLog } from '../../streams/study/port/view.ts';
import type { RequestFailure } from '../errors.ts';
import type { Params } from '../facts/facts.ts';
import type { Space } from '../space/space.ts';
import { connectToRun, OwnerGoneError, type SocketRequest } from '../stores/controlSocket.ts';
import { stemOf } from '../stores/journalFile.ts';
import { trialsDirectory } from '../stores/trialFiles.ts';
import { refusedElsewhere, type Submitted } from '../study/commands.ts';
import type { Intent } from '../study/intents.ts';
import type { StudyLog, SubmitOrigin } from '../study/source.ts';
import type { StatusLine } from '../text/statusLine.ts';
import { UsageError } from '../text/usage.ts';
import { isGone } from './claimant.ts';
import type { FoldedStudy, Observer, Plugin } from './host.ts';
import type { Joined, TrainerRequests } from './joiners.ts';
import { keptFiles } from './keptFiles.ts';
import { type OwnStudy, ownStudy } from './ownStudy.ts';
import { retryingLog } from './retryingLog.ts';

/** What this process does with the study. */
export interface StudyHost {
  readonly plugins: readonly Plugin[];
  readonly line: StatusLine['line'];
  /** Opens what only the process has that runs the study. */
  readonly open?: (() => Promise<void>) | undefined;
  /** This process runs the study, or has joined the one that does. Called before it takes an entry. */
  readonly seated?: ((seat: SeatTaken) => void) | undefined;
  /** Takes each entry of the log once, though each seat begins with the first one. */
  readonly apply: NonNullable<Observer['apply']>;
}

export interface SeatTaken {
  /** The process that runs the study; undefined if it is this one. */
  readonly pid: number | undefined;
  /** Whether the process that ran it before has ended. */
  readonly isAgain: boolean;
  /** Position of the last entry so far. */
  readonly past: number;
}

/** A study as a process describes it, and as its journal has it. */
export interface DescribedStudy {
  readonly name: string;
  readonly space: Space<Params>;
  readonly strategy: Strategy | undefined;
  readonly options: StudyOptions | undefined;
  /** Whether its journal has begun. */
  readonly hasBegun: boolean;
}

export interface SharedStudyOptions extends Pick<JournalOptions, 'fsync'> {
  /** Of the journal. */
  readonly path: string;
  /** Describes the study. Called again if another process has begun it meanwhile. */
  readonly describe: () => Promise<DescribedStudy>;
  /** The command of its trials, if they have one: all processes must have the same. */
  readonly command?: string | undefined;
  /** Seconds for which the last results wait for space on the disk. */
  readonly grace?: number | undefined;
}

/** The place of a process in a study that several share: it runs the study, or it has joined the one that does. */
export interface Seat extends TrainerRequests {
  /** What the log of the study says so far. */
  readonly study: StudyLog & FoldedStudy;
  /** Whether this process runs the study. */
  readonly isOwn: boolean;
  /** How many trials this process evaluates at once. */
  readonly parallel: number;
  /** The journal, if this process writes it. */
  readonly journal?: Pick<Journal, 'place' | 'damaged'> | undefined;
  /** @throws what the study throws */
  submit(intent: Intent, origin?: SubmitOrigin): Promise<Submitted>;
  /** Resolves when `study` has all that has been said so far. */
  seen(): Promise<void>;
  /** Resolves when the study has ended, or this process no longer follows it. @throws what the study throws */
  finished(): Promise<void>;
  /** Resolves when the process that runs the study has gone, and `study` has what it wrote. */
  readonly gone: Promise<void>;
  /** This process is about to end: its results wait for space on the disk for the grace time only. */
  leaving(): void;
  leave(): Promise<void>;
}

/** Milliseconds for which a process waits for the one that has the lock to listen, or to end. */
const PATIENCE_MS = 10_000;
/** Milliseconds between two attempts to take the lock or to reach the process that has it. */
const RETRY_MS = 50;

/**
 * Takes a seat in a study.
 *
 * @param name of the claims of this process
 * @param isAgain whether this process had joined one that has ended. It then changes nothing about the study.
 * @throws what keeps it from it: JournalLockedError, MismatchError, and what is wrong with its description
 */
export type TakeSeat = (name: string, isAgain: boolean) => Promise<Seat>;

/** Runs the study of a journal in this process, or joins the process that does through its socket. */
export function journalSeats(options: SharedStudyOptions, given: StudyHost): TakeSeat {
  let last = 0;
  const host: StudyHost = {
    ...given,
    apply: (entry, study) => {
      if (entry.position <= last) return;
      last = entry.position;
      given.apply(entry, study);
    },
  };
  return async (name, isAgain) => {
    const described = await options.describe();
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const seat = await ownSeat(options, described, host, isAgain).catch((error: unknown) => {
        if (!(error instanceof JournalLockedError) || error.isElsewhere) throw error;
        return performance.now() < until ? joinedSeat(name, options, described, host, isAgain, error) : Promise.reject(error);
      });
      if (seat) return seat;
      await sleep(RETRY_MS);
    }
  };
}

/** Runs a study in memory. */
export async function memorySeat({ name, space, strategy = auto(), options }: DescribedStudy, host: StudyHost): Promise<Seat> {
  const log = memoryLog();
  const { line } = host;
  await host.open?.();
  const own = await ownStudy({ name, place: name, log, line }, space, log, { exclusive: true, strategy, ...options }, pluginsOf(host));
  return seatOn(own, { leaving: () => {} });
}

/** @throws JournalLockedError if another process runs the study */
async function ownSeat(
  { path, describe, fsync, command, grace }: SharedStudyOptions,
  described: DescribedStudy,
  host: StudyHost,
  isAgain: boolean,
): Promise<Seat> {
  const { line } = host;
  const warn = (text: string) => line(text, { level: 'warn' });
  const book = await openJournal(path, { warn, fsync });
  const log = retryingLog(book, { place: book.place, warn, grace });
  try {
    const past = await log.head();
    const {
      name,
      space,
      strategy = past > 0 ? undefined : auto(),
      options,
    } = past > 0 && !described.hasBegun ? await describe() : described; // another process may have begun it meanwhile
    await host.open?.();
    host.seated?.({ pid: undefined, isAgain, past });
    const at = { name, place: path, journal: path, log, files: keptFiles(trialsDirectory(stemOf(path))), line };
    const settings = isAgain && past > 0 ? { study: name } : { strategy, ...options };
    const own = await ownStudy(at, space, log, { exclusive: isGone, command, ...settings }, pluginsOf(host));
    return seatOn(own, { leaving: log.leave, journal: book });
  } catch (error) {
    await log.close();
    throw error;
  }
}

const pluginsOf = ({ plugins, apply }: StudyHost): readonly Plugin[] => [...plugins, () => ({ apply })];

/** A study that runs here. */
const seatOn = ({ hosted, close, ...requests }: OwnStudy, rest: Pick<Seat, 'leaving' | 'journal'>): Seat => ({
  ...requests,
  ...rest,
  study: hosted,
  isOwn: true,
  get parallel() {
    return hosted.ledger.settings.parallel;
  },
  submit: (intent, origin) => hosted.submit(intent, origin),
  seen: async () => {},
  finished: () => hosted.finished,
  gone: new Promise(() => {}),
  leave: close,
});

/** Joins the process that runs the study. @returns undefined if it does not listen, yet or any more */
async function joinedSeat(
  name: string,
  { path, command }: SharedStudyOptions,
  { space, strategy, options = {} }: DescribedStudy,
  { seated, apply }: StudyHost,
  isAgain: boolean,
  locked: JournalLockedError,
): Promise<Seat | undefined> {
  const connection = await connectToRun(path);
  if (!connection) return undefined;
  const request = async (asked: Omit<SocketRequest, 'seq'>): Promise<object> => {
    const reply = await connection.ask(asked);
    if (!('error' in reply)) return reply;
    throw refusedElsewhere(reply as RequestFailure);
  };
  const call = async <T extends object>(cmd: string, ...args: readonly unknown[]): Promise<T> => (await request({ cmd, args })) as T;
  try {
    let { parallel = 1 } = options;
    const joined = await call<Joined>('join', { name, parallel });
    refuseOther(path, command, joined.command);
    const news = waker();
    const read: StudyLog['read'] = (from, signal) => readJournal(path, { from, follow: true, signal, news, warn: () => {} });
    const head = async () => (await call<Joined>('state')).position;
    const view = await followLog<Params>({ read, head }, path);
    const { ledger, entries$, source, stop } = view;
    refuseOtherStudy(ledger, space, strategy, options);
    const seenTo = (position: number) => {
      news.wake();
      return reached(view, position);
    };
    const caughtUp = async () => {
      for await (const entries of readJournal(path, { from: ledger.position + 1, warn: () => {} })) await seenTo(entries.at(-1)!.position);
    };
    const submit: Seat['submit'] = async (intent, origin) => (await request({ submit: intent, ...origin })) as Submitted;
    const limit: Seat['limit'] = async ({ parallel: slots, ...limits }) => {
      if (slots !== undefined) await call('parallel', slots);
      parallel = slots ?? parallel;
      await call('limit', limits);
    };
    if (options.parallel === undefined) await limit({ parallel: ledger.settings.parallel });
    const { limits } = changeAtStart(ledger.settings, options);
    if (limits && !isAgain) await submit({ type: 'change', limits });
    seated?.({ pid: locked.pid, isAgain, past: joined.position });
    const heard = entries$.subscribe({ next: (entry) => apply(entry, view), error: () => {} });
    return {
      study: { ...source, ledger, rows: view.rows },
      isOwn: false,
      get parallel() {
        return parallel;
      },
      ask: async ({ run, fixed, signal }) => {
        const giveUp = () => void call('giveUp', run).catch(() => {}); // it is gone
        signal?.addEventListener('abort', giveUp);
        return call<Awaited<ReturnType<Seat['ask']>>>('ask', { run, fixed }).finally(() => signal?.removeEventListener('abort', giveUp));
      },
      record: (...given) => call('record', ...given),
      heartbeat: (...given) => call('heartbeat', ...given),
      limit,
      submit,
      seen: async () => seenTo(await head()),
      finished: () => view.finished,
      gone: connection.closed.then(async () => {
        await caughtUp().catch(() => {}); // the journal cannot be read any more
        heard.unsubscribe();
        stop();
      }),
      leaving: () => {},
      leave: () => call('leave').then(connection.close, connection.close),
    };
  } catch (error) {
    connection.close();
    if (error instanceof OwnerGoneError) return undefined;
    throw error;
  }
}

/** @throws UsageError if the trials of a study have another command */
function refuseOther(path: string, here: string | undefined, there: string | undefined): void {
  if (here === undefined || there === undefined || here === there) return;
  throw new UsageError(`${path}: the process that runs the study has the command "${there}", but this one has "${here}"`, {
    todo: 'give it the same one, or wait until that process ends',
  });
}
