import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { jsonOf, publish } from '../connection/connection.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { isInbox } from '../rpc.ts';
import type { CheckpointAnswer } from './checkpointMessages.ts';
import { collector, type KeptStudy } from './collector.ts';
import { isDigest, parseReference } from './reference.ts';
import type { CheckpointStreamOptions } from './stream.ts';

/** Bytes that the checkpoints of a study may take on the server, unless the engine sets another limit. */
const ROOM = { maxBytes: 10e9, leastBytes: 100e6 };

/** The room for checkpoints. @param bytes undefined: 10 GB, or less if the server has less */
export const roomFor = (bytes: number | undefined) => (bytes === undefined ? ROOM : { maxBytes: bytes, leastBytes: bytes });

/** Milliseconds between two searches for checkpoints that no trial needs. */
const SWEEP_MS = 5000;
/** The same while the study has no checkpoints on the server, as in most studies. Another engine may have created their stream. */
const SWEEP_WITHOUT = 60_000;

/**
 * The engine's side of checkpoints: admits what trainers save, has the server send parts to runs that resume, and deletes what no run needs. A
 * trainer gets only parts of the checkpoint that the suggestion of its own run names. The server sends them straight to it.
 */
export function keepCheckpoints<P>(nc: NatsConnection, jsm: JetStreamManager, subjects: Subjects, options: CheckpointStreamOptions) {
  /** References in facts that count, each to what the author of the fact has saved of the same trial. */
  const named = new Set<string>();
  /** Subjects of requests to save that are being answered. */
  const saving = new Set<string>();
  let study: KeptStudy<P> | undefined;

  const { look, isThere, sweep, most, admit } = collector<P>(nc, jsm, subjects, options, () => study);

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
      return admit(study, { trainer, trial: Number(trial), bytes: request.save }).finally(() => saving.delete(message.subject));
    }
    const given = open.suggestion.checkpoint;
    const from = parseReference(given);
    const { get, to } = request;
    if (!from || !named.has(given!) || !isDigest(get)) return { ok: false, error: `trial ${trial} does not resume from this checkpoint` };
    if (typeof to !== 'string' || !/^\w{1,64}$/.test(to)) return { ok: false, error: 'a request must say where its answer goes' };
    const isManifest = get === from.sha256;
    // Without a stream, the server would send nothing: the study was restored or copied.
    if (isManifest && !(await look())) return { ok: false, error: 'it is no longer on the server' };
    const allowed = isManifest ? { most: await most(from) } : {};
    // The server sends the part straight to the trainer.
    const part = `${subjects.apiPrefix}.DIRECT.GET.${subjects.chunks}.${subjects.chunk(from.trainer, from.trial, get)}`;
    publish(nc, part, '', { reply: subjects.part(trainer, to, get) });
    return { ok: true, have: [], ...allowed };
  };

  // Of several engines, one answers: what one admits, another one that is late would take for left over, and delete it.
  const subscription = nc.subscribe(subjects.checkpoint('*', '*'), {
    queue: 'engines',
    callback: (error, message) => {
      if (error || !isInbox(message.reply)) return;
      void answer(message)
        .catch((cause: Error): CheckpointAnswer => ({ ok: false, error: reasonOf(cause) }))
        .then((said) => publish(nc, message.reply!, JSON.stringify(said)));
    },
  });
  let next = 0;
  const timer = setInterval(() => {
    if (!study?.leads() || (!isThere() && performance.now() < next)) return;
    next = performance.now() + SWEEP_WITHOUT;
    void sweep();
  }, SWEEP_MS);

  return {
    /** Updates the references from an entry. A trainer can name only what it saved itself; otherwise it could read what others saved. */
    apply: ({ fact, refusal, author }: AppliedEntry<P>) => {
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
