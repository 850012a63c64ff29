import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { Observable } from 'rxjs';
import { StudyError } from '../../src/errors.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { type StudyStatus, studyStatusOf } from '../../src/study/status.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { spaceOf } from '../engine/applyEntries.ts';
import { past } from '../log/past.ts';
import { isPassing, withRetry } from './connection/retry.ts';
import { createdOn, lastOn } from './created.ts';
import { readLog } from './log/readLog.ts';
import { type StudyRef, type Subjects, subjectsOf } from './protocol/subjects.ts';
import type { Reply } from './rpc.ts';

/** An event of a watched study. */
export type Seen =
  | { readonly type: 'status'; readonly status: StudyStatus }
  /** Whether an engine answers, when that changes. */
  | { readonly type: 'engine'; readonly isThere: boolean }
  /** A suggestion, a fact, a directive or a rejection, as it was published. */
  | { readonly type: 'message'; readonly subject: string; readonly data: unknown };

/** Milliseconds without a status before an engine is asked, and for its answer. */
const QUIET = 1500;
const ANSWER_WITHIN = 1000;

/**
 * Follows a running study by subscriptions alone, without rights on its stream. Completes when the study has closed and no trial is running. If no
 * engine serves a closed study, the last status is read from its log, if this user may read it.
 */
export const watching = (nc: NatsConnection, study: StudyRef): Observable<Seen> =>
  new Observable((out) => {
    const subjects = subjectsOf(study);
    let heardAt = performance.now();
    let isThere = true;
    const found = (there: boolean) => {
      if (there !== isThere) out.next({ type: 'engine', isThere: there });
      isThere = there;
    };
    const tell = (status: StudyStatus) => {
      heardAt = performance.now();
      found(true);
      out.next({ type: 'status', status });
      if (status.closed !== undefined && (status.open === 0 || status.phase === 'closed')) out.complete();
    };
    const listen = (subject: string, hear: (data: unknown, subject: string) => void) => {
      const subscription = nc.subscribe(subject, {
        callback: (error, message) => {
          if (error) return out.error(error);
          try {
            hear(message.json(), message.subject);
          } catch {
            hear(undefined, message.subject);
          }
        },
      });
      out.add(() => subscription.unsubscribe());
    };
    for (const subject of [subjects.log, subjects.directive('*'), subjects.rejected('*')]) {
      listen(subject, (data, of) => out.next({ type: 'message', subject: of, data }));
    }
    listen(subjects.status, (data) => data && tell(data as StudyStatus));
    const ask = (timeout: number) => nc.request(subjects.rpc('status'), '', { timeout });
    const take = (answer: Msg) => {
      const reply = answer.json<Reply>();
      if (reply.ok) tell(reply.result as StudyStatus);
      else out.error(new StudyError(reply.error, { code: reply.code }));
    };
    /** Completes if the study has closed: an engine that ended after that sends nothing more. @returns whether it has closed */
    const completeIfClosed = async (): Promise<boolean> => {
      if (out.closed || (await lastOn(nc, subjects)) === undefined) return false; // it has not closed, or this user may not read its log
      const status = await lastStatus(nc, subjects);
      if (status.closed === undefined) return false;
      out.next({ type: 'status', status });
      out.complete();
      return true;
    };
    /** Asks the engine after a silence. Another one may serve the study too, so it asks twice. */
    const look = async () => {
      if (performance.now() - heardAt < QUIET || nc.isClosed()) return;
      heardAt = performance.now();
      await ask(ANSWER_WITHIN)
        .catch(() => ask(ANSWER_WITHIN))
        .then(take, async (error: unknown) => {
          if (!isPassing(error) || !isThere || (await completeIfClosed().catch(() => false))) return;
          found(false);
        });
    };
    const timer = setInterval(() => void look(), QUIET / 4);
    out.add(() => clearInterval(timer));
    const begin = async () => {
      const answer = await ask(2000).catch((error) => {
        if (!isPassing(error)) throw error;
      });
      if (answer) take(answer);
      else if (!(await completeIfClosed())) take(await withRetry(nc, () => ask(2000)));
    };
    begin().catch((error) => out.error(error));
  });

/** The state of a study, from its log. */
async function lastStatus(nc: NatsConnection, study: Subjects): Promise<StudyStatus> {
  const ledger = new Ledger(spaceOf(await createdOn(nc, study)));
  const rows = new TrialRows();
  for await (const entries of past(await readLog(nc, study), 1)) for (const entry of entries) rows.apply(ledger.fold(entry));
  return studyStatusOf(ledger, ledger.closed === undefined ? 'open' : 'closed', rows);
}
