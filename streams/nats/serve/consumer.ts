import { AckPolicy, DeliverPolicy, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { type Subjects, TRAINERS } from '../protocol/subjects.ts';

const NOT_FOUND = 10014;
const EXISTS = 10148;

/** The number of claimed suggestions that may be delivered again: trainers skip them one by one. */
const FEW = 100;

/** The suggestions that no trainer has claimed yet. */
export interface Unclaimed {
  readonly count: number;
  /** The position of the first one. */
  readonly from: number;
}

/**
 * Creates the consumer that delivers suggestions, if it does not exist. An existing one is replaced only if it is about to deliver many claimed
 * suggestions: a server that is killed while it stores the position of a consumer loses it, and delivers everything again.
 *
 * @param lease milliseconds after which a suggestion that was delivered but not claimed is delivered again.
 * @returns whether all suggestions are delivered and claimed.
 */
export async function ensureConsumer(
  jsm: JetStreamManager,
  { stream, suggested }: Subjects,
  { count, from }: Unclaimed,
  lease: number,
): Promise<{ idle: boolean }> {
  try {
    const { num_pending, num_ack_pending, delivered } = await jsm.consumers.info(stream, TRAINERS);
    const isBehind = num_pending > count + FEW && delivered.stream_seq < from - 1;
    if (!isBehind) return { idle: num_pending === 0 && num_ack_pending === 0 };
    await jsm.consumers.delete(stream, TRAINERS);
  } catch (error) {
    if (!isCode(error, NOT_FOUND)) throw error;
  }
  const adding = jsm.consumers.add(stream, {
    durable_name: TRAINERS,
    filter_subject: suggested,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(lease), // a trainer acknowledges when its claim is stored, not when it is done
    max_deliver: -1,
    max_ack_pending: 65_536,
    max_waiting: 65_536,
  });
  await adding.catch((error) => {
    if (!isCode(error, EXISTS)) throw error; // another engine created it first
  });
  return { idle: false };
}

/** How many pulls of trainers wait for a suggestion beyond those that the server is about to deliver. */
export async function waitingPulls(jsm: JetStreamManager, { stream }: Subjects): Promise<number> {
  const { num_waiting, num_pending } = await jsm.consumers.info(stream, TRAINERS);
  return Math.max(0, num_waiting - num_pending);
}

const isCode = (error: unknown, code: number): boolean => error instanceof JetStreamApiError && error.code === code;
