import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { StudyError } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { grouped } from '../../../src/numeric/grouped.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { expendable } from '../../../src/study/expendable.ts';
import type { LocalPort } from '../../study/port/local.ts';
import type { NatsLog } from '../log/natsLog.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { parseReference } from './reference.ts';
import { type CheckpointStreamOptions, checkpointsOn, createCheckpoints } from './stream.ts';

/** Bytes that the checkpoints of a study may take on the server, unless the engine sets another limit. */
const ROOM = { maxBytes: 10e9, leastBytes: 100e6 };

/** The room for checkpoints. @param bytes undefined: 10 GB, or less if the server has less */
export const roomFor = (bytes: number | undefined) => (bytes === undefined ? ROOM : { maxBytes: bytes, leastBytes: bytes });

/** What one checkpoint may take: the next one of its trial is saved beside it. */
const OF_ONE = 0.5;
/** From here on, checkpoints of ended trials are deleted, until enough room is free. */
const FULL = 0.9;
const ENOUGH = 0.75;

/** Milliseconds between two searches for checkpoints that no trial needs. */
const SWEEP_MS = 5000;
/** The same while the study has no checkpoints on the server, as in most studies. Another engine may have created their stream. */
const SWEEP_WITHOUT = 60_000;

/** A checkpoint on the server, or a part of one that is being saved. */
export interface Stored {
  readonly id: string;
  readonly trainer: string;
  /** NaN if its subject names none: a trainer chooses it. */
  readonly trial: TrialId;
  readonly attempt: number;
}

/** What is on the server. @param subjects of its chunks. */
export function storedOn(subjects: Iterable<string>): Stored[] {
  const found = new Map<string, Stored>();
  for (const subject of subjects) {
    const [trainer = '', trial, attempt, name] = subject.split('.').slice(-5); // the prefix may have any number of tokens
    const id = `${trainer}.${trial}.${attempt}.${name}`;
    found.set(id, { id, trainer, trial: Number(trial), attempt: Number(attempt) });
  }
  return [...found.values()];
}

/** Of each run, checkpoints that the log does not name yet: the one that it is saving, and the one before it. */
const UNNAMED = 2;

/**
 * What runs may still need: checkpoints that an open trial resumes, or that an ended trial has named, and the last ones that the run of an open trial
 * has saved. The names of its checkpoints are in the order in which it saved them.
 */
export function neededOf<T extends Stored>(stored: readonly T[], ledger: Pick<Ledger<unknown>, 'open' | 'status' | 'results'>): Set<T> {
  const named = new Set<string | undefined>();
  const add = (text: string | undefined) => named.add(parseReference(text)?.id);
  for (const { suggestion, checkpoint } of ledger.open.values()) add(checkpoint ?? suggestion.checkpoint);
  for (const { trial } of stored) if (ledger.status(trial) !== 'retracted') add(ledger.results.checkpoint(trial));
  const maySave = ({ trainer, trial, attempt }: T) => {
    const { suggestion, run = '', runs, awaiting } = ledger.open.get(trial) ?? {};
    return awaiting === false && suggestion?.attempt === attempt && runs?.get(run) === trainer;
  };
  const saving = [...grouped(stored.filter(maySave), ({ trial }) => trial).values()];
  const last = saving.flatMap((own) => own.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-UNNAMED));
  return new Set([...stored.filter(({ id }) => named.has(id)), ...last]);
}

/** The engine's side of checkpoints: makes room for what trainers save, and deletes what no run needs. */
export function keepCheckpoints<P>(
  jsm: JetStreamManager,
  subjects: Subjects,
  log: Pick<NatsLog, 'leads' | 'head'>,
  study: Pick<LocalPort<P>, 'ledger' | 'rows'>,
  options: CheckpointStreamOptions,
) {
  let isThere = false;
  let next = 0;
  let swept = '';
  let working: Promise<unknown> = Promise.resolve();
  const look = async (filter?: string) => {
    const state = await checkpointsOn(jsm, subjects, filter);
    isThere = state !== undefined;
    return state;
  };
  const purge = async (all: Iterable<Stored>) => {
    for (const { id } of all) await jsm.streams.purge(subjects.chunks, { filter: subjects.chunk(`${id}.*`) });
  };

  /** Deletes what no run needs and, if there is no room, what is least likely to be resumed. @param wanted bytes that a trainer is about to save */
  const collect = async (wanted = 0) => {
    const { ledger, rows } = study;
    const state = await look();
    const seen = state && `${state.last} ${state.deleted} ${ledger.position}`;
    if (!state || !ledger.created || (seen === swept && (wanted === 0 || state.bytes + wanted <= FULL * state.maxBytes))) return;
    const stored = storedOn(Object.keys((await look(subjects.chunksBy('*')))!.subjects));
    if (ledger.position < (await log.head())) return; // entries that it has not read may need them
    const needed = neededOf(stored, ledger);
    await purge(stored.filter((one) => !needed.has(one)));
    swept = seen!;
    const isAbove = async (share: number) => (await look())!.bytes + wanted > share * state.maxBytes;
    if (!(await isAbove(FULL))) return;
    const left = grouped(needed, ({ trial }) => trial);
    for (const trial of expendable(rows, ledger.settings.objectives[0]!)) {
      if (left.has(trial) && !(await isAbove(ENOUGH))) return;
      await purge(left.get(trial) ?? []);
    }
  };
  /** One after the other: each deletes by what it has seen. */
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const done = working.then(act);
    working = done.catch(() => {}); // another sweep follows
    return done;
  };
  const timer = setInterval(() => {
    if (!log.leads || (!isThere && performance.now() < next)) return;
    next = performance.now() + SWEEP_WITHOUT;
    inTurn(collect).catch(() => {});
  }, SWEEP_MS);

  return {
    /** Makes room for a checkpoint. An existing stream keeps its limit, regardless of the options. @throws StudyError if there is none */
    makeRoom: (bytes: number): Promise<void> =>
      inTurn(async () => {
        if (!(await look())) await createCheckpoints(jsm, subjects, options).catch(noCheckpoints);
        const { maxBytes } = (await look())!;
        const change =
          maxBytes < options.maxBytes
            ? `"nats stream edit ${subjects.chunks} --max-bytes" changes`
            : '"hypertide serve --checkpoints" sets';
        const refuse = (why: string): never => {
          throw new StudyError(`${why} (${change} the limit)`, { code: 'no-room' });
        };
        if (bytes > OF_ONE * maxBytes) refuse(`it has ${bytes} bytes, and one checkpoint may have ${OF_ONE * maxBytes}`);
        await collect(bytes);
        const { bytes: taken } = (await look())!;
        if (taken + bytes > maxBytes) refuse(`there is no room for ${bytes} bytes: checkpoints take ${taken} of ${maxBytes}`);
      }),
    close: () => clearInterval(timer),
  };
}

function noCheckpoints(cause: Error): never {
  if (!(cause instanceof JetStreamApiError)) throw cause;
  throw new StudyError(`the server keeps no checkpoints: ${cause.message}`, {
    cause,
    code: 'no-room',
    todo: '"hypertide serve --checkpoints" sets how much room they need',
  });
}
