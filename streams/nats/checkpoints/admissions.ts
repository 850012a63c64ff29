import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { AdmittedCheckpoint } from '../../../src/study/place.ts';
import { ADMITTED, type Subjects } from '../protocol/subjects.ts';
import { CheckpointError } from './manifest.ts';
import { checkpointsOn } from './stream.ts';

/** What an engine admitted, as the server keeps it. */
export interface Admission extends AdmittedCheckpoint {
  /** The subject that says so. */
  readonly filter: string;
}

/** Milliseconds for the server to store one. */
const STORED_WITHIN = 5000;

/** The admissions among the subjects of a stream: `<prefix>.<study>.chunk._admitted.<trial>.<trainer>=<bytes>`. */
export const admissionsOn = (subjects: Iterable<string>): Admission[] =>
  [...subjects].flatMap((filter) => {
    const [by, trial, what = ''] = filter.split('.').slice(-3);
    const [trainer = '', bytes] = what.split('=');
    return by === ADMITTED ? { trainer, trial: Number(trial), bytes: Number(bytes), filter } : [];
  });

/**
 * How large a checkpoint each trainer may have saved of each trial. A manifest may name a part many times, so what is stored does not limit what is
 * restored. The server keeps it, on subjects of engines alone, so that every engine knows it, also after a restart.
 */
export function admissions(nc: NatsConnection, jsm: JetStreamManager, subjects: Subjects) {
  const of = async (trainer: string, trial: TrialId): Promise<Admission[]> => {
    const state = await checkpointsOn(jsm, subjects, subjects.admitted(trial, '*'));
    return admissionsOn(Object.keys(state?.subjects ?? {})).filter((one) => one.trainer === trainer);
  };
  return {
    /** The bytes of the largest one; undefined if none is known. */
    largest: async (trainer: string, trial: TrialId): Promise<number | undefined> =>
      (await of(trainer, trial)).reduce<number | undefined>((most, { bytes }) => Math.max(most ?? 0, bytes), undefined),
    /** Keeps one, unless a larger one is known. @throws CheckpointError if the server does not store it */
    keep: async ({ trainer, trial, bytes }: AdmittedCheckpoint): Promise<void> => {
      const known = await of(trainer, trial);
      if (known.some((one) => one.bytes >= bytes)) return;
      const stored = await nc.request(subjects.admitted(trial, `${trainer}=${bytes}`), '', { timeout: STORED_WITHIN });
      const { error } = stored.json<{ readonly error?: { readonly description: string } }>();
      if (error && !error.description.includes('per subject'))
        throw new CheckpointError(`the server has no room for it: ${error.description}`);
      for (const { filter } of known) await jsm.streams.purge(subjects.chunks, { filter });
    },
  };
}
