import type { ClaimReply, Recorded, Stopping } from '../../streams/study/port/port.ts';
import type { Params } from '../facts/facts.ts';
import type { Said } from '../ledger/exampleFacts.ts';
import { isTrialRunning } from '../ledger/openTrials.ts';
import { OwnerGoneError } from '../stores/controlSocket.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { Submitted } from '../study/commands.ts';
import type { Intent } from '../study/intents.ts';
import { claimant, claimOf, isOf } from './claimant.ts';
import type { NewLimits } from './joiners.ts';
import type { Seat, TakeSeat } from './sharedStudy.ts';

/** Evaluates trials of a study, wherever it runs: when the process that runs it has gone, it takes another seat, and repeats what was not answered. */
export interface StudyTrainer {
  /** The seat now: what the study says so far. */
  readonly seat: Seat;
  /** Waits for a trial. */
  ask(options?: { readonly fixed?: Params | undefined; readonly signal?: AbortSignal | undefined }): Promise<ClaimReply<Params>>;
  /** Takes a fact about a trial, for the claim of this process. @throws RefusedError if it does not count */
  record(fact: Said): Promise<Recorded>;
  submit(intent: Intent): Promise<Submitted>;
  limit(limits: NewLimits): Promise<void>;
  /** @throws RefusedError if the run does not hold the trial */
  heartbeat(trial: TrialId, run: string): Promise<Stopping>;
  /** Resolves when the study shows all that has been said so far. */
  seen(): Promise<void>;
  /** Resolves when the study has closed and no trial runs. @throws what the study throws */
  finished(): Promise<void>;
  /** This process is about to end: as of its seat. */
  leaving(): void;
  /** Its claims are given up. */
  close(): Promise<void>;
}

/** Whether the study has closed and no trial runs. */
const isOver = ({ study: { ledger } }: Seat): boolean => ledger.closed !== undefined && !isTrialRunning(ledger, true);

export async function trainerOf(take: TakeSeat): Promise<StudyTrainer> {
  const own = claimant();
  let count = 0;
  let isLeaving = false;
  let hasLeft = false;
  let hasStarted = false;
  /** The claims of trials that have not ended here. */
  const held = new Map<TrialId, string>();
  let seat = await take(own.name, false).catch((error: unknown) => {
    own.end();
    throw error;
  });
  let taking = Promise.resolve(seat);
  const takeAgain = async (): Promise<Seat> => {
    const { parallel } = seat;
    const taken = await take(own.name, true);
    seat = taken;
    if (isLeaving) taken.leaving();
    if (taken.study.ledger.closed === undefined) await taken.limit({ parallel, start: hasStarted || undefined });
    return taken;
  };
  let left: Seat | undefined;
  const leave = (gone: Seat): void => {
    if (left === gone || hasLeft) return;
    left = gone;
    taking = takeAgain();
    taking.then(stay, () => {}); // requests report it
  };
  /** An ended study needs no process that runs it, until someone asks something of it. */
  const stay = (now: Seat): void =>
    void now.gone.then(() => {
      if (!isOver(now)) leave(now);
    });
  stay(seat);
  /** Repeats a request that was not answered. */
  const until = async <T>(request: (seat: Seat) => Promise<T>): Promise<T> => {
    for (;;) {
      const now = await taking;
      try {
        return await request(now);
      } catch (error) {
        if (!(error instanceof OwnerGoneError) || hasLeft) throw error;
        await now.gone;
        leave(now);
      }
    }
  };
  const named = () => `${own.id}:${++count}`;
  /** The claim on a trial; of a trial that another process has, one that does not hold it. */
  const claimOn = (trial: TrialId): string | undefined => {
    const { isOwn, study } = seat;
    const run = held.get(trial) ?? study.ledger.open.get(trial)?.run;
    const isNone = run === undefined ? !isOwn : !isOf(own.name, run); // a process that has joined may not have read of the claim yet
    return isNone ? claimOf(own.name, 'none') : run;
  };
  return {
    get seat() {
      return seat;
    },
    ask: async ({ fixed, signal } = {}) => {
      const run = claimOf(own.name, `${++count}`);
      const reply = await until(async (now): Promise<ClaimReply> => {
        try {
          return signal?.aborted ? { next: 'wait' } : await now.ask({ run, fixed, signal });
        } catch (error) {
          if (error instanceof OwnerGoneError) await now.gone;
          if (signal?.aborted) return { next: 'wait' };
          if (isOver(now)) return { next: 'over', reason: now.study.ledger.closed! }; // no process need run it
          throw error;
        }
      });
      if (reply.next === 'trial') held.set(reply.trial, run);
      return reply;
    },
    record: async (fact) => {
      const { trial } = fact;
      const run = claimOn(trial);
      const request = named();
      if (fact.type !== 'reported' && fact.type !== 'started') held.delete(trial);
      return until((now) => now.record(run === undefined ? fact : { ...fact, run }, { request }));
    },
    submit: (intent) => {
      const request = named();
      return until((now) => now.submit(intent, { request }));
    },
    limit: async (limits) => {
      hasStarted ||= limits.start ?? false;
      await until((now) => now.limit(limits));
    },
    heartbeat: (trial, run) => seat.heartbeat(trial, run), // of a process that has gone, none answers until it has another seat
    seen: () => until((now) => now.seen()),
    finished: async () => {
      for (;;) {
        const now = await taking;
        await Promise.race([now.finished(), now.gone]);
        if (hasLeft || isOver(now)) return;
      }
    },
    leaving: () => {
      isLeaving = true;
      seat.leaving();
    },
    close: async () => {
      hasLeft = true;
      own.end();
      await (await taking).leave();
    },
  };
}
