import { setTimeout as sleep } from 'node:timers/promises';
import { changeAtStart, lostIn, refuseOtherStudy } from '../../../streams/engine/run.ts';
import { JournalLockedError } from '../../../streams/log/errors.ts';
import { openJournal } from '../../../streams/log/journal.ts';
import { withResolvers } from '../../../streams/promises.ts';
import type { WhenGone } from '../../../streams/study/hosted/claimedTrial.ts';
import { MismatchError, UserError } from '../../errors.ts';
import { type Conversation, connectToRun, OwnerGoneError, type SocketRequest } from '../../stores/controlSocket.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { claimant, isGone, isOf } from '../claimant.ts';
import { retryingLog } from '../retryingLog.ts';
import type { Driven } from './protocol.ts';
import type { RunningStudy } from './runningStudy.ts';
import { openedBy, readDescription, runningStudy, type StudyHost } from './studySession.ts';
import { answersTo, commands } from './trainerAnswers.ts';

/** Seconds for which the last results wait for space on the disk: the program that asks ends this process if it takes longer than ten. */
const GRACE = 5;
/** Milliseconds for which a process waits for the one that has the lock to listen, or to end. */
const PATIENCE = 10_000;
/** Milliseconds between two attempts to take the lock or to reach the process that has it. */
const PAUSE = 50;
/** Milliseconds between two looks whether the processes of claims still run. */
const LOOK = 500;

/** A request of the program, as the process that runs the study gets it. */
interface Request extends SocketRequest {
  readonly cmd: (typeof commands)[number];
  readonly request: string;
  /** Of `limit`. */
  readonly parallel?: number;
}

/** Where a process is in a study that several share: it runs the study, or it has joined the one that does. */
interface Seat {
  readonly opened: object;
  /** @throws OwnerGoneError if the process that runs the study ends before it answers */
  answer(request: Request): Promise<object>;
  /** Resolves when the process that runs the study has gone. */
  readonly gone: Promise<void>;
  leave(): void | Promise<void>;
}

/** What the process that runs the study refuses. */
class SharedStudyError extends UserError {
  override readonly name = 'SharedStudyError';
  readonly code: string;

  constructor({ error, code }: { readonly error: string; readonly code: string }) {
    super(error);
    this.code = code;
  }
}

/** What a trainer in another process says first. */
interface Join {
  readonly claimant: string;
  /** The study, as this process describes it. */
  readonly study: unknown;
}

/**
 * A study in a journal, driven by requests of several processes. The first one runs it; others join it through its socket. When it ends, one of them
 * takes its place: it keeps the claims whose processes still run, and the other trials are tried again. A request that was not answered is repeated
 * under the same name, so it takes effect once.
 *
 * @throws what keeps this process from running or joining the study: JournalLockedError, MismatchError, and what is wrong with its description
 */
export async function sharedStudy(description: unknown, path: string, host: StudyHost): Promise<Driven> {
  const own = claimant();
  let count = 0;
  let left = false;
  let parallel: number | undefined;
  const take = async (): Promise<Seat> => {
    const described = await readDescription(description, path);
    const until = Date.now() + PATIENCE;
    for (;;) {
      const seat = await ownSeat(description, described, path, host, own.name).catch((error: unknown) => {
        if (!(error instanceof JournalLockedError) || error.isElsewhere) throw error;
        return joinedSeat(path, { claimant: own.name, study: description }, error);
      });
      if (seat) return seat;
      if (Date.now() > until)
        throw new SharedStudyError({ error: `${path}: the process that has it neither answers nor ends`, code: 'journal-locked' });
      await sleep(PAUSE);
    }
  };
  let seat: Promise<Seat> = take();
  const sit = (): void => {
    seat.then(
      ({ gone }) =>
        gone.then(() => {
          if (left) return;
          seat = take().then(async (taken) => {
            if (parallel !== undefined) await taken.answer({ seq: 0, cmd: 'limit', request: `${++count}`, parallel });
            return taken;
          });
          sit();
        }),
      () => {}, // requests report it
    );
  };
  const { opened } = await seat.catch((error: unknown) => {
    own.end();
    throw error;
  });
  sit();
  const answer = async (request: Request): Promise<object> => {
    if (request.cmd === 'limit') parallel = request.parallel ?? parallel;
    for (;;) {
      const now = await seat;
      try {
        return await now.answer(request);
      } catch (error) {
        if (!(error instanceof OwnerGoneError) || left) throw error;
        await now.gone;
      }
    }
  };
  return {
    opened,
    answers: Object.fromEntries(
      commands.map((cmd) => [cmd, ({ seq = 0, ...fields }: Partial<Request>) => answer({ ...fields, seq, cmd, request: `${++count}` })]),
    ),
    dispose: async () => {
      left = true;
      own.end();
      await (await seat).leave();
    },
  };
}

/** Runs the study in this process, for its own trainer and for those that join. @throws JournalLockedError if another process runs it */
async function ownSeat(
  description: unknown,
  described: Awaited<ReturnType<typeof readDescription>>,
  path: string,
  host: StudyHost,
  name: string,
): Promise<Seat> {
  const log = await storedLog(path, host.line);
  const now = (await log.head()) > 0 ? await readDescription(description, path) : described; // another process may have begun it meanwhile
  const { promise: begun, resolve: begin } = withResolvers<RunningStudy>();
  const running = await runningStudy(now, log, { ...host, converse: () => conversation(begun, path) }, path, isGone);
  begin(running);
  const answers = answersTo({ running, claimant: name });
  const looking = setInterval(() => loseGone(running), LOOK);
  return {
    opened: openedBy(running),
    answer: async (request) => answers[request.cmd](request as never),
    gone: new Promise(() => {}),
    leave: () => {
      clearInterval(looking);
      log.leave();
      return running.close();
    },
  };
}

/** Attempts whose process is gone are tried again. */
function loseGone({ hosted }: RunningStudy, isLost = isGone): void {
  for (const fact of lostIn(hosted.ledger, isLost)) hosted.say(fact).catch(() => {}); // it has ended meanwhile
}

async function storedLog(path: string, line: StatusLine['line']) {
  const warn = (text: string) => line(text, { level: 'warn' });
  const book = await openJournal(path, { warn });
  return retryingLog(book, { place: book.place, warn, grace: GRACE });
}

/** What a trainer in another process asks of this one. Its first request is `join`. */
function conversation(study: Promise<RunningStudy>, path: string): Conversation {
  const ending = new AbortController();
  const joined = { parallel: 0 };
  let answers: ReturnType<typeof answersTo> | undefined;
  let name: string | undefined;
  const whenGone: WhenGone = (leave) => {
    ending.signal.addEventListener('abort', leave);
    return () => ending.signal.removeEventListener('abort', leave);
  };
  const join = async (running: RunningStudy, given: Join): Promise<object> => {
    const { space, strategy, options } = await readDescription(given.study, path);
    const { ledger } = running.hosted;
    try {
      refuseOtherStudy(ledger, space, strategy, options ?? {});
    } catch (error) {
      throw error instanceof MismatchError ? new MismatchError(`${path}: ${error.message}`) : error;
    }
    const { limits } = changeAtStart(ledger.settings, options ?? {});
    if (limits) await running.submit({ type: 'change', limits });
    name = given.claimant;
    joined.parallel = options?.parallel ?? running.settings.parallel;
    answers = answersTo({ running, claimant: name, joined, whenGone });
    await running.join(joined.parallel);
    return openedBy(running);
  };
  return {
    answer: async ({ seq: _, ...request }) => {
      const running = await study;
      const cmd = commands.find((known) => known === request.cmd);
      if (request.cmd === 'join') return join(running, request as unknown as Join);
      if (answers && cmd) return answers[cmd](request as never);
      if (!answers || request.cmd !== 'leave')
        throw new SharedStudyError({ error: 'expected to be asked to join first', code: 'unknown-command' });
      loseGone(running, (claim) => isOf(name!, claim));
      return {};
    },
    close: () => {
      ending.abort();
      if (name !== undefined) void study.then((running) => running.join(-joined.parallel)).catch(() => {}); // the study has ended
    },
  };
}

/** Joins the process that runs the study. @returns undefined if it does not listen, yet or any more */
async function joinedSeat(path: string, join: Join, locked: JournalLockedError): Promise<Seat | undefined> {
  const connection = await connectToRun(path);
  if (!connection) return undefined;
  const ask = async (request: object): Promise<object> => {
    const reply = await connection.ask(request);
    if (!('error' in reply)) return reply;
    throw new SharedStudyError(reply as { error: string; code: string });
  };
  try {
    const opened = await ask({ cmd: 'join', ...join });
    return { opened, answer: ask, gone: connection.closed, leave: () => ask({ cmd: 'leave' }).then(connection.close, connection.close) };
  } catch (error) {
    connection.close();
    if (error instanceof OwnerGoneError) return undefined;
    throw error instanceof SharedStudyError && error.code === 'unknown-command' ? locked : error;
  }
}
