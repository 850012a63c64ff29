import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { StudyError } from '../../../src/errors.ts';
import type { Entry } from '../../../src/facts/entry.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { type Checkpoints, checkEntries, type LogSize, type PlacedStudy, type StudyPlace } from '../../../src/study/place.ts';
import type { ListedStudy } from '../../../src/study/status.ts';
import { waker } from '../../log/follow.ts';
import { deleteCheckpoints } from '../checkpoints/stream.ts';
import { loginAs } from '../config/rights.ts';
import { ifThere, isForbidden, isStreamMissing, isUnheard, withRetry } from '../connection/retry.ts';
import { messagesFrom } from '../log/reader.ts';
import { findStream } from '../log/stream.ts';
import { namingOf, type StudyNaming, type Subjects, subjectsOf } from '../protocol/subjects.ts';
import { listOn, request, studiesOn } from '../studiesOn.ts';
import { readCheckpoints, writeCheckpoints } from './checkpoints.ts';
import { natsSource } from './natsSource.ts';
import { type RestoredMessage, restoreStream } from './restore.ts';
import { dataBytes, lineOf, parseStoredLine } from './storedLine.ts';

/**
 * The studies of a server. Except for `names`, `open` and `create`, its methods need the rights of an administrator.
 *
 * @param place the address of the server, for messages. @param warn is told what is wrong with a log that it reads
 */
export function serverPlace(
  nc: NatsConnection,
  place: string,
  naming: StudyNaming = namingOf(),
  warn?: (message: string) => void,
): StudyPlace {
  const { apiPrefix } = naming;
  const manager = () => jetstreamManager(nc, { checkAPI: false, timeout: 2000, apiPrefix });
  const subjectsIn = (study: string): Subjects => subjectsOf(study, naming);
  const once = async <T>(study: string, act: (jsm: JetStreamManager) => Promise<T>): Promise<T> => {
    const jsm = await manager();
    return act(jsm).catch((cause: unknown) => {
      throw explained(cause, study);
    });
  };
  const of = <T>(study: string, act: (jsm: JetStreamManager) => Promise<T>): Promise<T> =>
    once(study, (jsm) => withRetry(nc, () => act(jsm)));
  /** Not retried: the messages can be read only once. */
  const restore = (study: string, size: LogSize, messages: AsyncIterable<RestoredMessage>, checkpoints?: Checkpoints) =>
    once(study, async (jsm) => {
      const subjects = subjectsIn(study);
      if (!checkpoints) return restoreStream(nc, jsm, subjects, size, messages);
      if (await isThere(jsm, subjects)) throw new StudyError(`there is a study ${study} on this server already`);
      await deleteCheckpoints(jsm, subjects); // left over from an earlier study of this name
      try {
        await writeCheckpoints(nc, jsm, subjects, checkpoints, size.replicas);
        await restoreStream(nc, jsm, subjects, size, messages);
      } catch (error) {
        if (!(await isThere(jsm, subjects))) await deleteCheckpoints(jsm, subjects);
        throw error;
      }
    });
  const list = async () => {
    const said = listOn(nc, naming);
    const names = await studiesOn(nc, naming).catch(async (error) => {
      if ((await said)?.size) return []; // engines know theirs
      if (!(error instanceof StudyError)) throw error;
      const todo = 'start an engine with "hypertide serve", or name a study';
      throw new StudyError('this user has no right to read the names of studies from the server, and no engine lists them', {
        cause: error,
        todo,
      });
    });
    const listed = (await said) ?? new Map<string, ListedStudy>();
    const others = names.filter((name) => !listed.has(name)).map((study): PlacedStudy => ({ study, isRun: false }));
    const run = [...listed.values()].map((one): PlacedStudy => ({ ...one, isRun: true }));
    return [...run, ...others].sort((a, b) => (a.study < b.study ? -1 : 1));
  };
  return {
    place,
    form: 'stream',
    names: async () => (await list()).map(({ study }) => study),
    list,
    open: async (study) => natsSource(nc, subjectsIn(study), place, warn),
    create: async (study, data) => {
      const result = await request(nc, subjectsIn(study), 'create', { study: data });
      return isRecord(result) && typeof result.warning === 'string' ? result.warning : undefined;
    },
    busy: async (study) => {
      const free = await request(nc, subjectsIn(study), 'study', {}, false).then(
        () => false,
        (error: StudyError) => {
          if (error.code === 'failed') throw error;
          const { cause } = error;
          if (cause !== undefined && !isUnheard(cause))
            throw new StudyError(`${study}: cannot tell whether an engine serves it`, { cause });
          return cause !== undefined;
        },
      );
      return free ? undefined : `an engine serves ${study}`;
    },
    delete: (study, entries) =>
      of(study, async (jsm) => {
        const subjects = subjectsIn(study);
        if (entries !== undefined) checkEntries(study, entries, (await findStream(jsm, subjects)).last);
        await jsm.streams.delete(subjects.stream);
        await deleteCheckpoints(jsm, subjects);
      }),
    lines: async function* (study) {
      const subjects = subjectsIn(study);
      const { restored, last } = await of(study, (jsm) => findStream(jsm, subjects));
      const reading = { nc, js: jetstream(nc, { apiPrefix }), stream: subjects.stream, news: waker(), end: () => last };
      for await (const messages of messagesFrom(reading, 1)) {
        for (const message of messages) if (message.seq <= last) yield lineOf(message, restored);
        if (messages.at(-1)!.seq >= last) return;
      }
    },
    replicas: (study) => of(study, async (jsm) => (await findStream(jsm, subjectsIn(study))).config.num_replicas),
    checkpoints: (study) => once(study, (jsm) => readCheckpoints(nc, jsm, subjectsIn(study))),
    restore: (study, size, lines, checkpoints) => restore(study, size, messagesIn(subjectsIn(study), lines), checkpoints),
    begin: (study, size, entries, checkpoints) => restore(study, size, messagesOf(subjectsIn(study), entries), checkpoints),
  };
}

const isThere = async (jsm: JetStreamManager, subjects: Subjects): Promise<boolean> =>
  (await ifThere(() => findStream(jsm, subjects))) !== undefined;

function explained(cause: unknown, study: string): unknown {
  if (cause instanceof StudyError) return cause;
  if (isForbidden(cause))
    return new StudyError(`this user has no right to the study ${study} as a whole`, { cause, todo: loginAs('admin') });
  return isStreamMissing(cause) ? new StudyError(`there is no study ${study} on this server`, { cause }) : cause;
}

/** What the subjects of a log begin with, whatever the names of the study and of the prefix of its server. */
const LOG = /^.+?\.log\.(?=by\.|(created|suggested|study)$)/;

/** Messages as they were stored, for a study of any name. */
async function* messagesIn(subjects: Subjects, lines: AsyncIterable<Uint8Array>): AsyncGenerator<RestoredMessage> {
  const root = subjects.log.slice(0, -1);
  for await (const text of lines) {
    const line = parseStoredLine(text);
    yield { ...line, subject: line.subject.replace(LOG, root), data: dataBytes(line) };
  }
}

const encoder = new TextEncoder();

/** Entries of another log. The subject of a trainer's fact names its author; all others are the engine's. */
async function* messagesOf(subjects: Subjects, entries: AsyncIterable<Entry>): AsyncGenerator<RestoredMessage> {
  for await (const { position, at, fact, author } of entries) {
    const { type, trial } = fact as { readonly type?: unknown; readonly trial?: number };
    const own = type === 'created' ? subjects.created : type === 'suggested' ? subjects.suggested : subjects.study;
    yield {
      seq: position,
      time: `${at}000500`, // a double rounds nanoseconds, and must not round these down to the previous millisecond
      subject: author === undefined || trial === undefined ? own : subjects.by(author, trial),
      headers: [],
      data: encoder.encode(JSON.stringify(fact)),
    };
  }
}
