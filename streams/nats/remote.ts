import { type NatsConnection, nuid } from '@nats-io/nats-core';
import type { Params, Started } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { Refusal } from '../../src/facts/refusal.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { RefusedError, type Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { TrialFact } from '../../src/study/verbs.ts';
import { assignmentOf, type Stopping, type StudyPort, type TrainerPort } from '../study/port/port.ts';
import { jsonOf } from './connection/connection.ts';
import type { Subjects } from './protocol/subjects.ts';
import type { Reply } from './rpc.ts';
import { request } from './studiesOn.ts';
import { type AskedAttempt, Seats, type SeatsOptions } from './trainer/seats.ts';

/** What a program knows of the study whose trials it asks for. */
export interface Known<P> {
  /** Why the study is closed; undefined if it is open, as far as the program knows. */
  readonly closed: string | undefined;
  /** Why a fact would not count, as far as the program knows. */
  refuses(fact: TrialFact, trainer: string | undefined): Refusal | undefined;
  /** Resolves with the position of what an attempt has said last. @throws RefusedError if it does not count, or no one needs the attempt any more */
  stored(attempt: AskedAttempt<P>, said: Pick<TrialFact, 'type'> | Pick<Started, 'type'>): Promise<number>;
}

/** A fact of an attempt that another run holds, or that no one needs any more. */
export const staleRun = <P>({ claim: { suggestion, run } }: AskedAttempt<P>): RefusedError =>
  new RefusedError({ code: 'stale-run', message: `trial ${suggestion.trial} is not held by run ${run}` });

/** What a trainer knows, which may have no right to read the log: what the server has stored counts, unless an engine objects. */
export const knownToTrainer = <P>(): Known<P> => ({
  closed: undefined,
  refuses: () => undefined,
  stored: async (attempt) => {
    const position = await attempt.say.stored();
    if (position === undefined || attempt.lost.aborted) throw staleRun(attempt);
    return position;
  },
});

/** Milliseconds in which an engine answers whether a report stops its trial. */
const DECIDING_MS = 2000;

/** How a program asks for trials of a study on a server, and sends facts and commands to it. */
export type NatsRemote<P> = TrainerPort<P> & Pick<StudyPort<P>, 'submit' | 'close'>;

/** The trials that a program asks for are claimed, and their heartbeats sent, until it tells their end. */
export function remoteOn<P>(nc: NatsConnection, subjects: Subjects, known: Known<P>, options: SeatsOptions<P>): NatsRemote<P> {
  const seats = new Seats<P>(nc, subjects.name, options);
  const held = new Map<TrialId, AskedAttempt<P>>();

  const submit = async ({ type, ...fields }: Intent) => (await request(nc, subjects, type, fields)) as Submitted;
  /** Asks the leading engine. If none answers, none has decided that the trial should stop. */
  const heartbeat: NatsRemote<P>['heartbeat'] = async (trial, run, { after } = {}) => {
    const attempt = held.get(trial);
    if (!attempt) return { stop: false };
    const answer = await nc
      .request(subjects.beat(attempt.claim.trainer, trial), JSON.stringify({ run, after }), { timeout: DECIDING_MS })
      .then(
        (message) => jsonOf(message) as Reply | undefined,
        () => undefined,
      );
    return answer?.ok ? (answer.result as Stopping) : { stop: false };
  };
  /** Enqueues values for an ask. @returns the position of the entry; undefined if no new configuration may begin */
  const reserve = async (params: Params): Promise<number | undefined> => {
    try {
      return (await submit({ type: 'enqueue', params, rest: 'strategy', for: nuid.next() })).position;
    } catch (error) {
      if ((error as Partial<RefusedError>).code === 'closed') return undefined;
      throw error;
    }
  };
  const ask: NatsRemote<P>['ask'] = async ({ fixed, signal }) => {
    signal?.throwIfAborted();
    const { closed } = known;
    if (closed !== undefined) return { next: 'over', reason: closed };
    const reserved = fixed && (await reserve(fixed as Params));
    if (fixed && reserved === undefined) return { next: 'over', reason: 'trials' };
    for (;;) {
      const attempt = await seats.ask({ reserved, signal });
      signal?.throwIfAborted();
      if (!attempt) return { next: 'over', reason: known.closed ?? 'drained' };
      const { suggestion, run } = attempt.claim;
      const isFirst = await known.stored(attempt, { type: 'started' }).then(
        () => true,
        () => false, // another trainer claimed it first
      );
      if (!isFirst) continue;
      held.set(suggestion.trial, attempt);
      return assignmentOf(suggestion, run);
    }
  };
  const record: NatsRemote<P>['record'] = async (said) => {
    const { trial } = said;
    const attempt = held.get(trial);
    const { run = attempt?.claim.run } = said;
    const isStop = said.type === 'stopped' || (said.type === 'completed' && attempt?.isTold);
    const fact: TrialFact = omitUndefined(isStop ? { type: 'stopped', trial, run, step: attempt?.step } : { ...said, run });
    const parsed = parseFact(fact);
    const refusal = isRefusal(parsed) ? parsed : known.refuses(fact, attempt?.claim.trainer);
    if (refusal) throw new RefusedError(refusal);
    if (!attempt) throw new RefusedError({ code: 'stale-run', message: `trial ${trial} was not asked for here` });
    if (fact.type !== 'reported') {
      held.delete(trial);
      attempt.say.end(fact);
      return { stop: false, position: await known.stored(attempt, fact) };
    }
    const { checkpoint, ...report } = fact;
    attempt.say.report(options.files ? report : fact, checkpoint);
    const position = await known.stored(attempt, fact);
    const stopping = await heartbeat(trial, attempt.claim.run, { after: position });
    attempt.isTold ||= stopping.stop;
    attempt.step = fact.step;
    return { ...stopping, position };
  };
  return { ask, record, heartbeat, submit, close: () => seats.close() };
}
