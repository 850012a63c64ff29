import type { EarlierStudy } from '../../../streams/engine/earlier.ts';
import { past } from '../../../streams/log/past.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import type { NamedStudy } from '../studyFile/earlier.ts';

type NatsConnection = Parameters<typeof readLog>[0];

/** Earlier studies. Those on the server of the new study are read through its connection. */
export const earlierOnServer = (nc: NatsConnection, earlier: readonly NamedStudy[] | undefined): readonly EarlierStudy[] | undefined =>
  earlier?.map((study) => (study.onServer === undefined ? study : entriesOn(nc, study.onServer)));

const entriesOn = (nc: NatsConnection, study: string): EarlierStudy => ({
  async *[Symbol.asyncIterator]() {
    yield* past(await readLog(nc, study), 1);
  },
});
