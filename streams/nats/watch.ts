import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { Observable } from 'rxjs';
import type { StudyStatus } from '../host/answers.ts';
import { isPassing, withRetry } from './connection/retry.ts';
import { subjectsOf } from './protocol/subjects.ts';
import type { Reply } from './rpc.ts';
import { StudyError } from './studyError.ts';

/** What a study says while one looks. */
export type Seen =
  | { readonly type: 'status'; readonly status: StudyStatus }
  /** No engine answers, or one answers again. */
  | { readonly type: 'engine'; readonly isThere: boolean }
  /** A suggestion, a fact, a directive or a rejection, as it was published. */
  | { readonly type: 'message'; readonly subject: string; readonly data: unknown };

/** Milliseconds without a status before an engine is asked, and in which it must answer. */
const QUIET = 1500;
const PATIENCE = 1000;

/** A study as it runs, by subscription alone. It needs no rights on its stream. Completes when the study has closed and nothing runs. */
export const watching = (nc: NatsConnection, study: string): Observable<Seen> =>
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
      if (status.closed !== undefined && status.open === 0) out.complete();
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
    /** Asks an engine that has said nothing for a while. Another one may serve the study too, so it asks twice. */
    const look = async () => {
      if (performance.now() - heardAt < QUIET || nc.isClosed()) return;
      heardAt = performance.now();
      await ask(PATIENCE)
        .catch(() => ask(PATIENCE))
        .then(take, (error: unknown) => isPassing(error) && found(false));
    };
    const timer = setInterval(() => void look(), QUIET / 4);
    out.add(() => clearInterval(timer));
    withRetry(nc, () => ask(2000)).then(take, (error) => out.error(error));
  });
