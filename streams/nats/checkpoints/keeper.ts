import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { isRecord } from '../../../src/schema/isRecord.ts';
import { expendable } from '../../../src/study/expendable.ts';
import type { TrialRows } from '../../../src/study/trials.ts';
import { jsonOf, publish } from '../connection.ts';
import { isInbox } from '../rpc.ts';
import type { Subjects } from '../subjects.ts';
import { beyondShare, bytesOf, forRoom, neededIn, type Saved, savedOn } from './collect.ts';
import type { CheckpointAnswer } from './messages.ts';
import { isDigest, parseReference, type Reference } from './reference.ts';
import { type CheckpointState, type CheckpointStreamOptions, checkpointsOn, createCheckpoints } from './stream.ts';

/** What an engine knows of its study. */
export interface KeptStudy<P> {
  readonly ledger: Ledger<P>;
  readonly rows: TrialRows<P>;
  /** Of several engines, the one that decides keeps checkpoints. */
  readonly leads: () => boolean;
  /** Position of the last entry of the log. */
  readonly head: () => Promise<number>;
  readonly warn: (message: string) => void;
}

/** Bytes that the checkpoints of a study may take on the server, unless the engine sets another limit. */
const ROOM = { maxBytes: 10e9, leastBytes: 100e6 };

/** The room for checkpoints. @param bytes undefined: 10 GB, or less if the server has less */
export const roomFor = (bytes: number | undefined) => (bytes === undefined ? ROOM : { maxBytes: bytes, leastBytes: bytes });

/** Milliseconds between two looks for checkpoints that no trial needs. */
const SWEEP = 5000;
/** Shares of the stream: what one trainer may take, from where on those of ended trials go, and how much is left then. */
const OF_ONE = 0.5;
const FULL = 0.9;
const ENOUGH = 0.75;
/** Parts that an answer names, at most. */
const MOST_NAMED = 5000;

/** Room that a trainer wants for a checkpoint. */
interface Wanted extends Omit<Reference, 'sha256'> {
  readonly bytes: number;
}

/**
 * The checkpoints of a study, on the engine's side: admits what trainers save, hands out parts to runs that resume, and deletes what no run needs. A trainer gets
 * only parts of the checkpoint that the suggestion of its own run names. The server sends them straight to it.
 */
export function keepCheckpoints<P>(nc: NatsConnection, jsm: JetStreamManager, subjects: Subjects, options: CheckpointStreamOptions) {
  let { maxBytes } = options;
  let share = maxBytes * OF_ONE;
  /** References in facts that count, each to what the author of the fact has saved of the same trial. */
  const named = new Set<string>();
  const blamed = new Set<string>();
  /** Subjects of requests to save that are being answered. */
  const saving = new Set<string>();
  let sweeping: Promise<unknown> = Promise.resolve();
  let swept = '';
  let study: KeptStudy<P> | undefined;

  /** How the stream stands. One that is there keeps its limit, whatever the options say. */
  const look = async (filter?: string): Promise<CheckpointState | undefined> => {
    const state = await checkpointsOn(jsm, subjects, filter);
    maxBytes = Math.min(options.maxBytes, state?.maxBytes ?? options.maxBytes);
    share = maxBytes * OF_ONE;
    return state;
  };
  const purge = async (saved: Iterable<Saved>) => {
    for (const { filter } of saved) await jsm.streams.purge(subjects.chunks, { filter });
  };
  /** Deletes what no run needs and, if there is no room, what is least likely to be resumed. @param wanted by a trainer that is about to save */
  const collect = async ({ ledger, rows, head, warn }: KeptStudy<P>, wanted?: Wanted) => {
    const state = await look(subjects.chunk('*', '*', '*'));
    const seen = state && `${state.last} ${state.deleted} ${ledger.position}`;
    if (!state || !ledger.created || (!wanted && seen === swept)) return;
    const all = savedOn(Object.keys(state.subjects));
    if (ledger.position < (await head())) return; // what it has not read may need them
    const isNeeded = neededIn(ledger);
    await purge(all.filter((saved) => !isNeeded(saved)));
    swept = seen!;
    const room = wanted?.bytes ?? 0;
    const bytesNow = async () => (await look())!.bytes + room;
    let left = all.filter(isNeeded);
    if ((await bytesNow()) > maxBytes * FULL) {
      const excess = beyondShare(left, share);
      for (const { trainer } of excess) {
        if (!blamed.has(trainer)) warn(`${trainer} takes more than half of the room for checkpoints: some that it saved are deleted`);
        blamed.add(trainer);
      }
      await purge(excess);
      left = left.filter((saved) => !excess.includes(saved));
    }
    const bytes = await bytesNow();
    const own = left.filter(({ trainer }) => trainer === wanted?.trainer);
    const order = expendable(rows, ledger.created.objectives[0]!);
    if (bytes > maxBytes * FULL) await purge(forRoom(left, bytes - maxBytes * ENOUGH, order));
    else if (bytes > share && bytesOf(own) + room > share) await purge(forRoom(own, bytesOf(own) + room - share, order));
  };
  const sweep = (wanted?: Wanted): Promise<unknown> => {
    if (study?.leads()) sweeping = sweeping.then(() => collect(study!, wanted)).catch(() => {}); // another sweep follows
    return sweeping;
  };

  /** Whether a trainer may save so many bytes, and what it has saved of the trial. */
  const admit = async (wanted: Wanted): Promise<CheckpointAnswer> => {
    const { trainer, trial, bytes } = wanted;
    const find = async () => {
      const state = await look(subjects.chunk(trainer, '*', '*'));
      const saved = savedOn(Object.keys(state?.subjects ?? {}));
      const total = (state?.bytes ?? 0) + bytes;
      return { state, saved, fits: total <= share || (total <= maxBytes && bytesOf(saved) + bytes <= share) };
    };
    let found = await find();
    const change =
      maxBytes < options.maxBytes ? `"nats stream edit ${subjects.chunks} --max-bytes" changes` : '"hypertide serve --checkpoints" sets';
    const no = (why: string): CheckpointAnswer => ({ ok: false, error: `${why} (${change} the limit)` });
    if (bytes > share) return no(`it has ${bytes} bytes, and a trainer may save ${share}`);
    if (!found.state) {
      await createCheckpoints(jsm, subjects, options);
      found = await find();
    }
    if (!found.fits) {
      await sweep(wanted);
      found = await find();
    }
    if (!found.fits)
      return no(
        `there is no room for ${bytes} bytes: checkpoints take ${found.state?.bytes} of ${maxBytes}, of which a trainer may take half`,
      );
    return { ok: true, have: found.saved.find((saved) => saved.trial === trial)?.parts.slice(0, MOST_NAMED) ?? [] };
  };

  const answer = async (message: Msg): Promise<CheckpointAnswer> => {
    const wait: CheckpointAnswer = { ok: false, wait: true, error: 'the engine has not read the log yet' };
    if (!study) return wait;
    const [trial, trainer] = message.subject.split('.').reverse() as [string, string];
    const request = jsonOf(message);
    if (!isRecord(request)) return { ok: false, error: 'a request must be a JSON object' };
    const open = study.ledger.open.get(Number(trial));
    const isHolder = open?.run !== undefined && open.run === request.run && open.runs.get(open.run) === trainer;
    if (!isHolder || open.awaiting) {
      if (study.ledger.position < (await study.head())) return wait;
      return { ok: false, error: `${trainer} does not hold trial ${trial}` };
    }
    if (typeof request.save === 'number' && request.save >= 0) {
      if (saving.has(message.subject)) return { ...wait, error: 'it is being answered already' };
      saving.add(message.subject);
      return admit({ trainer, trial: Number(trial), bytes: request.save }).finally(() => saving.delete(message.subject));
    }
    const given = open.suggestion.checkpoint;
    const from = parseReference(given);
    const { get, to } = request;
    if (!from || !named.has(given!) || !isDigest(get)) return { ok: false, error: `trial ${trial} does not resume from that` };
    if (typeof to !== 'string' || !/^\w{1,64}$/.test(to)) return { ok: false, error: 'a request must say where its answer goes' };
    // Without a stream the server would send nothing: the study was restored or copied.
    if (get === from.sha256 && !(await look())) return { ok: false, error: 'it is no longer on the server' };
    // The server sends the part straight to the trainer.
    const part = `$JS.API.DIRECT.GET.${subjects.chunks}.${subjects.chunk(from.trainer, from.trial, get)}`;
    publish(nc, part, '', { reply: subjects.part(trainer, to, get) });
    return { ok: true, have: [] };
  };

  const subscription = nc.subscribe(subjects.checkpoint('*', '*'), {
    callback: (error, message) => {
      if (error || !isInbox(message.reply) || study?.leads() === false) return;
      void answer(message)
        .catch((cause: Error): CheckpointAnswer => ({ ok: false, error: reasonOf(cause) }))
        .then((said) => publish(nc, message.reply!, JSON.stringify(said)));
    },
  });
  const timer = setInterval(() => void sweep(), SWEEP);

  return {
    /** What an entry says of checkpoints. A trainer can name only what it saved itself, or others could read it. */
    note: ({ fact, refusal, author }: AppliedEntry<P>) => {
      if (refusal || !('checkpoint' in fact) || fact.checkpoint === undefined || fact.type === 'suggested') return;
      const reference = parseReference(fact.checkpoint);
      if (reference && reference.trainer === author && reference.trial === fact.trial) named.add(fact.checkpoint);
    },
    /** Begins, once the log has been read. */
    watch: (read: KeptStudy<P>) => {
      study = read;
    },
    close: () => {
      clearInterval(timer);
      subscription.unsubscribe();
    },
  };
}

const reasonOf = (cause: Error): string =>
  cause instanceof JetStreamApiError
    ? `the server keeps no checkpoints: ${cause.message}; "hypertide serve --checkpoints" sets how much room they need`
    : cause.message;
