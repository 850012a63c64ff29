import type { NatsConnection } from '@nats-io/nats-core';
import { Observable } from 'rxjs';
import type { StudyStatus } from '../answers.ts';
import { withRetry } from './retry.ts';
import type { Reply } from './rpc.ts';
import { StudyError } from './studyError.ts';
import { subjectsOf } from './subjects.ts';

/** What a study says while one looks. */
export type Seen =
  | { readonly type: 'status'; readonly status: StudyStatus }
  /** A suggestion, a fact, a directive or a rejection, as it was published. */
  | { readonly type: 'message'; readonly subject: string; readonly data: unknown };

/** A study as it runs, by subscription alone. It needs no rights on its stream. Completes when the study has closed and nothing runs. */
export const watching = (nc: NatsConnection, study: string): Observable<Seen> =>
  new Observable((out) => {
    const subjects = subjectsOf(study);
    const tell = (status: StudyStatus) => {
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
    withRetry(nc, () => nc.request(subjects.rpc('status'), '', { timeout: 2000 })).then(
      (answer) => {
        const reply = answer.json<Reply>();
        if (reply.ok) tell(reply.result as StudyStatus);
        else out.error(new StudyError(reply.error, { code: reply.code }));
      },
      (error) => out.error(error),
    );
  });
