import { type NatsConnection, nuid } from '@nats-io/nats-core';
import { filter, firstValueFrom, map } from 'rxjs';
import type { Params, ReportedFact, Started } from '../../src/facts/facts.ts';
import { identityOf, isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { RefusedError, type Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { StudyStatus } from '../../src/study/status.ts';
import type { TrialFact } from '../../src/study/verbs.ts';
import { parseStrategy } from '../spec/spec.ts';
import { studyOf } from '../study/handle.ts';
import { reached } from '../study/port/entries.ts';
import { explaining } from '../study/port/explaining.ts';
import { assignmentOf, type Stopping } from '../study/port/port.ts';
import { type ExpectedStudy, followLog, type StudyView } from '../study/port/view.ts';
import { type Remote, viewed } from '../study/port/viewed.ts';
import type { Study } from '../study/study.ts';
import { jsonOf } from './connection/connection.ts';
import { createdOn, type NatsStudy } from './created.ts';
import { readLog } from './log/readLog.ts';
import { type NamingOptions, type Subjects, subjectsOf } from './protocol/subjects.ts';
import type { Reply } from './rpc.ts';
import { request } from './studiesOn.ts';
import { type AskedAttempt, Seats } from './trainer/seats.ts';

export interface OpenStudyOptions<P, O extends string = string> extends ExpectedStudy<P, O> {
  /** Ends the wait for a study that is not there yet; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a line for people, such as what it waits for. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Milliseconds in which an engine answers whether a report stops its trial. */
const DECIDING_MS = 2000;

/**
 * Opens a study on a server, which an engine runs, such as one of `serve` or `hypertide serve`. Waits for a study that is not there yet, and resolves
 * when its log so far has been read. The trials that you `ask` for are claimed, and their heartbeats sent, until you tell their end or `close`.
 *
 * @throws MismatchError if it is not the study that you expect; StudyError if this user may not read it.
 * @example
 * await using study = await openStudy({ nc, study: 'digits' }, { space: network, objectives: { loss: 'minimize' } });
 * await study.enqueue({ lr: 0.01 });
 * console.log(study.best()?.params);
 */
export async function openStudy<P = Params, O extends string = string>(
  { nc, study, ...naming }: NatsStudy,
  { signal, warn = (message: string) => console.warn(message), ...expected }: OpenStudyOptions<P, O> = {},
): Promise<Study<P, O>> {
  const subjects = subjectsOf(study, naming);
  await createdOn(nc, subjects, { signal, warn });
  const following = await followLog(await readLog(nc, subjects, warn), study, expected);
  const remote = remoteOn(nc, subjects, following, { ...naming, warn });
  const close = () => {
    following.stop();
    return remote.close();
  };
  return studyOf<P, O>(viewed(following, { ...remote, close }));
}

/** How a program asks for trials of a study on a server, and sends facts and commands to it. */
export function remoteOn<P>(
  nc: NatsConnection,
  subjects: Subjects,
  following: StudyView<P>,
  options: NamingOptions & { readonly warn: (message: string) => void },
): Remote<P> {
  const { live$ } = following;
  const seats = new Seats<P>(nc, subjects.name, options);
  const held = new Map<TrialId, AskedAttempt<P>>();

  const submit = async ({ type, ...fields }: Intent) => (await request(nc, subjects, type, fields)) as Submitted;
  /** Resolves with the entry of a fact of an attempt. @throws RefusedError if it does not count, or no one needs the attempt any more */
  const stored = ({ claim, lost }: AskedAttempt<P>, said: Pick<TrialFact, 'type'> | Pick<Started, 'type'>): Promise<number> => {
    const { run, suggestion, trainer } = claim;
    const isIt = ({ fact, author }: AppliedEntry<P>) => {
      const of = identityOf(fact);
      return author === trainer && of.type === said.type && of.run === run && tellsApart(fact) === tellsApart(said);
    };
    const entry = firstValueFrom(live$.pipe(filter(isIt), map(counted)));
    const left = new Promise<never>((_, reject) => {
      const leave = async () => {
        const { position } = (await request(nc, subjects, 'study')) as StudyStatus;
        await reached(following, position); // its entry may be on its way
        throw new RefusedError({ code: 'stale-run', message: `trial ${suggestion.trial} is not held by run ${run}` });
      };
      const leaving = () => void leave().catch(reject);
      if (lost.aborted) leaving();
      else lost.addEventListener('abort', leaving, { once: true });
    });
    return Promise.race([entry, left]);
  };
  /** Asks the leading engine. If none answers, none has decided that the trial should stop. */
  const heartbeat: Remote<P>['heartbeat'] = async (trial, run, { after } = {}) => {
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
  const ask: Remote<P>['ask'] = async ({ fixed, signal }) => {
    signal?.throwIfAborted();
    const { closed } = following.ledger;
    if (closed !== undefined) return { next: 'over', reason: closed };
    const reserved = fixed && (await reserve(fixed as Params));
    if (fixed && reserved === undefined) return { next: 'over', reason: 'trials' };
    for (;;) {
      const attempt = await seats.ask({ reserved, signal });
      signal?.throwIfAborted();
      if (!attempt) return { next: 'over', reason: following.ledger.closed ?? 'drained' };
      const { suggestion, run } = attempt.claim;
      const isFirst = await stored(attempt, { type: 'started' }).then(
        () => true,
        () => false, // another trainer claimed it first
      );
      if (!isFirst) continue;
      held.set(suggestion.trial, attempt);
      return assignmentOf(suggestion, run);
    }
  };
  const record: Remote<P>['record'] = async (said) => {
    const { trial, run } = said;
    const attempt = held.get(trial);
    const fact: TrialFact = said.type === 'completed' && attempt?.isTold ? omitUndefined({ type: 'stopped', trial, run }) : said;
    const parsed = parseFact(fact);
    const refusal = isRefusal(parsed) ? parsed : following.ledger.refusesFrom(fact, attempt?.claim.trainer);
    if (refusal) throw new RefusedError(refusal);
    if (!attempt) throw new RefusedError({ code: 'stale-run', message: `trial ${trial} was not asked for here` });
    const storing = stored(attempt, fact);
    if (fact.type !== 'reported') {
      held.delete(trial);
      attempt.say.end(fact);
      return { stop: false, position: await storing };
    }
    attempt.say.report(fact);
    const position = await storing;
    const stopping = await heartbeat(trial, attempt.claim.run, { after: position });
    attempt.isTold ||= stopping.stop;
    return { ...stopping, position };
  };
  return {
    ...explaining(() => {
      const { space, source, ledger, rows } = following;
      return { space, source, ledger, rows, parseStrategy };
    }),
    ask,
    record,
    heartbeat,
    submit,
    close: () => seats.close(),
  };
}

/** What tells the reports of a run apart: their steps or, as an engine counts those of examples itself, their results. */
function tellsApart(fact: unknown): unknown {
  const { step, results } = fact as Partial<ReportedFact>;
  return results ? JSON.stringify(results) : step;
}

/** @throws RefusedError if the entry does not count */
function counted<P>({ position, refusal }: AppliedEntry<P>): number {
  if (refusal) throw new RefusedError(refusal);
  return position;
}
