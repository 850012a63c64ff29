import type { EarlierStudy } from '../../../streams/engine/earlier.ts';
import { past } from '../../../streams/log/past.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';

type NatsConnection = Parameters<typeof readLog>[0];

/** Earlier studies, of which those on the server that serves the new one are read through its connection. */
export const earlierOnServer = (nc: NatsConnection, earlier: readonly EarlierStudy[] | undefined): readonly EarlierStudy[] | undefined =>
  earlier?.map((study) => ('onServer' in study ? entriesOn(nc, String(study.onServer)) : study));

const entriesOn = (nc: NatsConnection, study: string): EarlierStudy => ({
  async *[Symbol.asyncIterator]() {
    yield* past(await readLog(nc, study), 1);
  },
});
