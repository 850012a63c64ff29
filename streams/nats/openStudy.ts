import type { NatsConnection } from '@nats-io/nats-core';
import { filter, firstValueFrom, map } from 'rxjs';
import type { Params, ReportedFact } from '../../src/facts/facts.ts';
import { identityOf } from '../../src/facts/parse.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { RefusedError } from '../../src/study/commands.ts';
import type { StudyStatus } from '../../src/study/status.ts';
import { parseStrategy } from '../spec/spec.ts';
import { studyOf } from '../study/handle.ts';
import { reached } from '../study/port/entries.ts';
import { explaining } from '../study/port/explaining.ts';
import { type ExpectedStudy, followLog, type StudyView } from '../study/port/view.ts';
import { type Remote, viewed } from '../study/port/viewed.ts';
import type { Study } from '../study/study.ts';
import { createdOn, type NatsStudy } from './created.ts';
import { readLog } from './log/readLog.ts';
import { type Subjects, subjectsOf } from './protocol/subjects.ts';
import { type Known, remoteOn, staleRun } from './remote.ts';
import { request } from './studiesOn.ts';
import type { SeatsOptions } from './trainer/seats.ts';

export interface OpenStudyOptions<P, O extends string = string> extends ExpectedStudy<P, O> {
  /** Ends the wait for a study that is not there yet; the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with a line for people, such as what it waits for. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

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
  const remote = remoteWithLog<P>(nc, subjects, following, { ...naming, warn });
  const close = () => {
    following.stop();
    return remote.close();
  };
  return studyOf<P, O>(viewed(following, { ...remote, close }));
}

/** As `remoteOn`, for a program that follows the log of the study. */
export function remoteWithLog<P>(nc: NatsConnection, subjects: Subjects, following: StudyView<P>, options: SeatsOptions<P>): Remote<P> {
  return {
    ...explaining(() => {
      const { space, source, ledger, rows } = following;
      return { space, source, ledger, rows, parseStrategy };
    }),
    ...remoteOn(nc, subjects, knownFrom(nc, subjects, following), options),
  };
}

/** What the log says: a fact counts when its entry has been read. */
function knownFrom<P>(nc: NatsConnection, subjects: Subjects, following: StudyView<P>): Known<P> {
  return {
    get closed() {
      return following.ledger.closed;
    },
    refuses: (fact, trainer) => following.ledger.refusesFrom(fact, trainer),
    stored: (attempt, said) => {
      const { claim, lost } = attempt;
      const isIt = ({ fact, author }: AppliedEntry<P>) => {
        const of = identityOf(fact);
        return author === claim.trainer && of.type === said.type && of.run === claim.run && tellsApart(fact) === tellsApart(said);
      };
      const entry = firstValueFrom(following.live$.pipe(filter(isIt), map(counted)));
      const left = new Promise<never>((_, reject) => {
        const leave = async () => {
          const { position } = (await request(nc, subjects, 'study')) as StudyStatus;
          await reached(following, position); // its entry may be on its way
          throw staleRun(attempt);
        };
        const leaving = () => void leave().catch(reject);
        if (lost.aborted) leaving();
        else lost.addEventListener('abort', leaving, { once: true });
      });
      return Promise.race([entry, left]);
    },
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
