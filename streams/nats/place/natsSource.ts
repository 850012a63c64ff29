import type { NatsConnection } from '@nats-io/nats-core';
import type { Submitted } from '../../../src/study/commands.ts';
import type { StudySource } from '../../../src/study/source.ts';
import type { TrainerRow } from '../../../src/study/trainerRows.ts';
import { past } from '../../log/past.ts';
import { readLog } from '../log/readLog.ts';
import type { StudyRef } from '../protocol/subjects.ts';
import { request } from '../studiesOn.ts';

/** A study on a server: commands go to its engine. */
export async function natsSource(
  nc: NatsConnection,
  study: StudyRef,
  place: string,
  warn?: (message: string) => void,
): Promise<StudySource> {
  const log = await readLog(nc, study, warn);
  return {
    place,
    read: (from, signal) => log.read(from, signal),
    past: (from) => past(log, from),
    trainers: async () => (await request(nc, study, 'trainers')) as TrainerRow[],
    submit: async ({ type, ...fields }) => ({ ...((await request(nc, study, type, fields)) as Submitted), running: true }),
  };
}
