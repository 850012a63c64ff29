import { past } from '../../../streams/log/past.ts';
import { readLog } from '../../../streams/nats/log/readLog.ts';
import { request } from '../../../streams/nats/studies.ts';
import type { Submitted } from '../../study/commands.ts';
import type { StudySource } from '../../study/source.ts';

type Connection = Parameters<typeof readLog>[0];

/** A study on a server: commands go to its engine. */
export async function natsSource(nc: Connection, study: string, place: string): Promise<StudySource> {
  const log = await readLog(nc, study);
  return {
    place,
    read: (from, signal) => log.read(from, signal),
    past: (from) => past(log, from),
    submit: async ({ type, ...fields }) => ({ ...((await request(nc, study, type, fields)) as Submitted), running: true }),
  };
}
