import type { EarlierStudy } from '../../../streams/engine/earlier.ts';
import { past } from '../../../streams/log/past.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { type StudyNaming, type Subjects, subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import type { NamedStudy } from '../../studyFile/earlier.ts';

type NatsConnection = Parameters<typeof readLog>[0];

/** Earlier studies. Those on the server of the new study are read through its connection. */
export const earlierOnServer = (
  nc: NatsConnection,
  naming: StudyNaming | undefined,
  earlier: readonly NamedStudy[] | undefined,
): readonly EarlierStudy[] | undefined =>
  earlier?.map((study) => (study.onServer === undefined ? study : entriesOn(nc, subjectsOf(study.onServer, naming))));

const entriesOn = (nc: NatsConnection, study: Subjects): EarlierStudy => ({
  async *[Symbol.asyncIterator]() {
    yield* past(await readLog(nc, study), 1);
  },
});
