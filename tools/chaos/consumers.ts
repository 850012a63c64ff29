import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { subjectsOf, TRAINERS } from '../../streams/nats/protocol/subjects.ts';
import { STUDY } from './study.ts';

const { stream } = subjectsOf(STUDY);
/** Suggestions that are hidden at a time. */
const HIDDEN = 4;
/** Milliseconds for which they are hidden: longer than any study of these tests. */
const HOUR = 3_600_000;

/** Damages what the server knows of deliveries. */
export const damage = {
  deleteConsumer: async (nc: NatsConnection): Promise<void> => {
    await (await jetstreamManager(nc)).consumers.delete(stream, TRAINERS).catch(() => {}); // not there since the last damage
  },
  /** It delivers everything again, as after a kill of the server while it stored the position. */
  resetConsumer: async (nc: NatsConnection): Promise<void> => {
    const { consumers } = await jetstreamManager(nc);
    const info = await consumers.info(stream, TRAINERS).catch(() => undefined);
    if (!info) return;
    await consumers.delete(stream, TRAINERS);
    const { durable_name, filter_subject, ack_wait, max_deliver, max_ack_pending, max_waiting } = info.config;
    const same = omitUndefined({ durable_name, filter_subject, ack_wait, max_deliver, max_ack_pending, max_waiting });
    await consumers.add(stream, { ...same, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All }).catch(() => {}); // an engine was first
  },
  /** A trainer takes suggestions, and asks the server to deliver them again in an hour. */
  hideDeliveries: async (nc: NatsConnection): Promise<void> => {
    const consumer = await jetstream(nc)
      .consumers.get(stream, TRAINERS)
      .catch(() => undefined);
    const messages = await consumer?.fetch({ max_messages: HIDDEN, expires: 1000 });
    for await (const message of messages ?? []) message.nak(HOUR);
    await nc.flush();
  },
} as const;
