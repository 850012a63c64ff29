import { AckPolicy, DeliverPolicy, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { type Subjects, TRAINERS } from './subjects.ts';

const NOT_FOUND = 10014;

/**
 * Creates the consumer that delivers suggestions, if it does not exist. An existing one is never replaced, because it would deliver running trials
 * again.
 *
 * @param lease milliseconds after which a suggestion that was delivered but not claimed is delivered again.
 * @param from the position of the first suggestion that is not claimed.
 * @returns whether all suggestions are delivered and claimed.
 */
export async function ensureConsumer(
  jsm: JetStreamManager,
  { stream, suggested }: Subjects,
  from: number,
  lease: number,
): Promise<{ idle: boolean }> {
  try {
    const { num_pending, num_ack_pending } = await jsm.consumers.info(stream, TRAINERS);
    return { idle: num_pending === 0 && num_ack_pending === 0 };
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === NOT_FOUND)) throw error;
  }
  await jsm.consumers.add(stream, {
    durable_name: TRAINERS,
    filter_subject: suggested,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: from,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(lease), // a trainer acknowledges when it has claimed, not when it is done
    max_deliver: -1,
    max_ack_pending: 65_536,
    max_waiting: 65_536,
  });
  return { idle: false };
}
