import type { FailedFact, TrialEvent } from '../../../src/facts/facts.ts';
import { malformed } from '../../../src/facts/parse.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { RefusedError } from '../../../src/study/commands.ts';
import { withResolvers } from '../../promises.ts';
import { heartbeats } from '../port/heartbeats.ts';
import type { ClaimReply, Stopping, TrainerPort } from '../port/port.ts';
import { ClaimedRun, type Outgoing, type Perform, type RunRef, type Warn } from './claimedRun.ts';
import { type Gate, openGate } from './gate.ts';

export interface WorkOptions {
  /** How many trials it evaluates at once. It may change: then call `fill`. */
  readonly slots: () => number;
  /** Says when it may take a trial. Default: whenever a slot is free. */
  readonly gate?: Gate;
  /** The name of the trainer, for people. */
  readonly name?: string;
  /** Seconds between two saves of the checkpoint of a running trial. Default: it is saved at its end. */
  readonly saveEvery?: number;
  readonly warn: Warn;
  /** What follows if the study gives no trial since its first ones failed alike: `done` rejects, or it waits until you call `fill`. Default: it waits. */
  readonly onBroken?: 'end' | 'wait';
  /** Called once the study gives no more trials, with the reason: why it has closed, or `drained`. */
  readonly over?: (reason: string) => void;
  /** Whether it stays when the study is over, until `close`: call `fill` when that is reopened. */
  readonly stays?: boolean;
}

/** A running trainer. */
export interface Trainer {
  readonly name: string;
  /** Resolves when the study is over and no trial runs here, or after `close`. @throws what the study throws, such as for a missing right. */
  readonly done: Promise<void>;
  /** Takes no more trials, and hands running ones back so that other trainers resume them. Resolves when the study has all that it said. */
  close(): Promise<void>;
}

/** A trainer at a port. */
export interface Working extends Trainer {
  /** How many trials it holds. */
  readonly running: number;
  /** Asks for trials while slots are free. Call it when there may be more slots or more trials. */
  fill(): void;
  /** Looks at once whether a trial should stop. */
  check(): void;
}

/** The refusals of a run that no one needs any longer. */
const ABANDONED = ['stale-run', 'ended', 'wrong-author'];

/**
 * Evaluates trials of a study, wherever that runs: it asks for one for each free slot, sends heartbeats and facts, and stops those that should stop.
 *
 * @param perform how a trial is evaluated.
 */
export function work<P>(port: Pick<TrainerPort<P>, 'ask' | 'record' | 'heartbeat'>, perform: Perform<P>, options: WorkOptions): Working {
  const { slots, gate = openGate, name = '', saveEvery, warn, onBroken = 'wait', over, stays = false } = options;
  /** Runs of which not all is stored. */
  const held = new Map<string, ClaimedRun<P>>();
  const leaving = new AbortController();
  const { promise: done, resolve: finish, reject } = withResolvers<void>();
  const { promise: left, resolve: leave } = withResolvers<void>();
  /** How many slots wait for a trial, and how many asks for one are not answered. */
  let waiting = 0;
  let asking = 0;
  let hasFailed = false;
  /** Why the study gives no trial. */
  let reason: string | undefined;
  let told = '';

  const settle = () => {
    if (held.size > 0 || asking > 0) return;
    if (leaving.signal.aborted) leave();
    if (leaving.signal.aborted || (reason !== undefined && !stays)) finish();
  };
  const fail = (error: unknown): undefined => {
    hasFailed = true;
    reject(error);
  };
  const stopIf = (run: string, stopping: Stopping) => {
    if (stopping.stop) held.get(run)?.stop(stopping);
  };
  const beats = heartbeats(port, { answered: stopIf, lost: (run) => held.get(run)?.abandon() });

  /** @returns what to say instead */
  const refused = ({ trial, attempt, run }: RunRef, fact: TrialEvent, refusal: RefusedError): FailedFact | undefined => {
    const { code, message } = refusal;
    if (code === 'duplicate-step' && attempt > 1) return undefined; // it repeats the reports of an earlier one
    warn(`trial ${trial}: what it said does not count: ${message}`, { trial, run });
    if (ABANDONED.includes(code)) held.get(run)?.abandon();
    return malformed(fact, refusal, 'results' in fact);
  };
  const outgoing = (of: RunRef, stored: () => void): Outgoing => {
    let waiting = 0;
    let isNeeded = true;
    const send = async (fact: TrialEvent): Promise<number | undefined> => {
      if (fact.type === 'started') return undefined; // the port has claimed it
      try {
        const recorded = await port.record(fact);
        stopIf(of.run, recorded);
        return recorded.position;
      } catch (error) {
        if (!(error instanceof RefusedError)) return fail(error);
        const instead = isNeeded ? refused(of, fact, error) : undefined;
        return instead && send(instead);
      }
    };
    return {
      get waiting() {
        return waiting;
      },
      add: async (fact, settled) => {
        waiting++;
        settled(await send(fact));
        waiting--;
        if (waiting === 0) stored();
      },
      clear: () => {
        isNeeded = false;
        if (waiting === 0) stored();
      },
    };
  };

  const begin = ({ next: _, lease, traceparent, ...claimed }: Extract<ClaimReply<P>, { next: 'trial' }>) => {
    const { trial, run } = claimed;
    const one = new ClaimedRun<P>({ type: 'suggested', ...claimed }, run, {
      trainer: name,
      traceparent,
      saveEvery,
      warn,
      outgoing,
      ended: () => gate.leave(run),
      stored: () => {
        beats.end(trial);
        held.delete(run);
        fill();
        settle();
      },
    });
    held.set(run, one);
    beats.begin(trial, run, lease);
    if (!leaving.signal.aborted && gate.enter(run)) one.perform(perform);
    else one.preempt();
  };
  const ask = async () => {
    asking++;
    const asked = omitUndefined({ trainer: options.name, wait: Number.POSITIVE_INFINITY, signal: leaving.signal });
    const follow = await port.ask(asked).then(
      (reply) => () => {
        if (reply.next === 'trial') begin(reply);
        if (reply.next === 'over') ended(reply.reason);
      },
      (error) => () => leaving.signal.aborted || refusedAsk(error),
    );
    gate.answered();
    waiting--;
    asking--;
    follow(); // at once: its slot would look free
    settle();
  };
  const ended = (why: string) => {
    if (reason === undefined) over?.(why);
    reason = why;
  };
  const refusedAsk = (error: Error & { readonly code?: string }) => {
    if (error.code !== 'no-result' || onBroken === 'end') return fail(error);
    if (told !== error.message) warn(error.message);
    told = error.message;
  };
  const fill = () => {
    const isFull = () => hasFailed || leaving.signal.aborted || held.size + waiting >= slots();
    for (; !isFull(); waiting++) gate.whenOpen(() => void (leaving.signal.aborted ? gate.answered() : ask()));
  };
  done.catch(() => {});
  return {
    name,
    done,
    get running() {
      return held.size;
    },
    fill: () => {
      reason = undefined;
      fill();
    },
    check: beats.check,
    close: () => {
      leaving.abort();
      for (const one of [...held.values()]) one.preempt();
      settle();
      return left;
    },
  };
}
