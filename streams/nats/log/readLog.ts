import type { NatsConnection } from '@nats-io/nats-core';
import { firstValueFrom, fromEvent, merge, NEVER, Subject, timer } from 'rxjs';
import { StudyError } from '../../../src/errors.ts';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Log } from '../../log/log.ts';
import { isForbidden, isPassing, isStreamMissing } from '../connection/retry.ts';
import { type StudyRef, type Subjects, subjectsOf } from '../protocol/subjects.ts';
import { request } from '../studiesOn.ts';
import { natsLog } from './natsLog.ts';

/** A log that is only read. */
export type ReadableLog = Pick<Log, 'read' | 'head'>;

/**
 * Reads the log of a study. A user without the right to read the stream gets the log from an engine that serves the study: the right to read a
 * stream is also a right to write to it, because a request for a message names the subject that the message is sent to.
 *
 * @param warn called with a line about what it waits for. Default: `console.warn`.
 * @throws StudyError if there is no such study, or if only an engine may read it and no engine serves it.
 */
export async function readLog(nc: NatsConnection, of: StudyRef, warn?: (message: string) => void): Promise<ReadableLog> {
  const study = subjectsOf(of);
  try {
    return await natsLog(nc, study.name, { create: false, warn, prefix: study.prefix, apiPrefix: study.apiPrefix });
  } catch (error) {
    if (isForbidden(error)) return logOfEngine(nc, study);
    if (isStreamMissing(error)) throw new StudyError(`there is no study ${study.name} on this server`, { cause: error });
    throw error;
  }
}

/** The next entries, if an engine answers. @param loads whether a closed study is loaded for this: who waits for more does not need that */
async function entriesAfter(nc: NatsConnection, study: Subjects, after: number, loads: boolean): Promise<readonly Entry[]> {
  try {
    return (await request(nc, study, 'log', { after }, loads)) as readonly Entry[];
  } catch (error) {
    if (isPassing((error as Error).cause) && !nc.isClosed()) return [];
    throw error;
  }
}

/** Milliseconds after which to check again without a notification, because notifications sent during a disconnection are lost. */
const SILENCE_MS = 2000;

const logOfEngine = (nc: NatsConnection, study: Subjects): ReadableLog => ({
  head: async () => ((await request(nc, study, 'study')) as { readonly position: number }).position,
  read: async function* (from = 1, signal) {
    const heard = new Subject<void>();
    let times = 0;
    const subscription = nc.subscribe(study.status, {
      callback: () => {
        times++;
        heard.next();
      },
    });
    const aborted = signal ? fromEvent(signal, 'abort') : NEVER;
    try {
      for (let next = from; !signal?.aborted; ) {
        const before = times;
        const entries = await entriesAfter(nc, study, next - 1, times > 0 || next === from);
        next = (entries.at(-1)?.position ?? next - 1) + 1;
        if (entries.length > 0) yield entries;
        else if (times === before && !signal?.aborted) await firstValueFrom(merge(heard, aborted, timer(SILENCE_MS)));
      }
    } finally {
      subscription.unsubscribe();
    }
  },
});
