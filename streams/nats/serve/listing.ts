import type { NatsConnection } from '@nats-io/nats-core';
import { failureOf } from '../../../src/errors.ts';
import type { ListedStudy } from '../../../src/study/status.ts';
import { listPage } from '../../study/port/pages.ts';
import { jsonOf } from '../connection/connection.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { isInbox, respond } from '../rpc.ts';

/** What says how a study is. */
type Describe = () => ListedStudy;

/** The studies of a connection, by the subject of the request that lists them. */
const listings = new WeakMap<NatsConnection, Map<string, Set<Describe>>>();

/**
 * Lists a study of this process when people ask for all studies of a server: a process answers once, from what it has computed from the logs.
 *
 * @returns a function that ends it.
 */
export function enlist(nc: NatsConnection, { list }: Subjects, describe: Describe): () => void {
  const bySubject = listings.get(nc) ?? new Map<string, Set<Describe>>();
  listings.set(nc, bySubject);
  const listed = bySubject.get(list) ?? answerLists(nc, list);
  bySubject.set(list, listed);
  listed.add(describe);
  return () => void listed.delete(describe);
}

/** Answers each request with a page of the studies, as long as the connection is open. */
function answerLists(nc: NatsConnection, subject: string): Set<Describe> {
  const listed = new Set<Describe>();
  nc.subscribe(subject, {
    callback: (error, message) => {
      if (error || !isInbox(message.reply)) return;
      const { after } = (jsonOf(message) ?? {}) as { readonly after?: unknown };
      try {
        const all = [...listed].map((describe) => describe());
        respond(message, { ok: true, result: listPage(all, typeof after === 'string' ? after : '') });
      } catch (failure) {
        respond(message, { ok: false, ...failureOf(failure) });
      }
    },
  });
  return listed;
}
