import type { NatsConnection } from '@nats-io/nats-core';
import type { Warn } from '../../study/training/claimedRun.ts';
import { isStreamFull, withRetry } from '../connection/retry.ts';
import { silence } from '../connection/silence.ts';
import { messageId, publisher, type StoredAt } from '../log/publisher.ts';
import { cloudEvent, eventSource } from '../protocol/cloudEvent.ts';
import type { DeliveryTracker } from './deliveryTracker.ts';
import type { OutboxOptions } from './outbox.ts';

/** Sends the facts of a trainer. */
export interface FactSender {
  /** Sends facts on a subject, each until the server has it. */
  on(subject: string): OutboxOptions['store'];
  close(): void;
}

/**
 * @param source of the facts, and the milliseconds to wait for an answer before a fact is sent again.
 * @param refused called when the server has no room for facts, and when it has room again.
 */
export function factSender(
  nc: NatsConnection,
  source: { readonly study: string; readonly name: string; readonly timeout: number },
  deliveries: DeliveryTracker,
  warn: Warn,
  refused: (isFull: boolean) => void = () => {},
): FactSender {
  const { study, name, timeout } = source;
  const out = publisher(nc);
  const answers = silence(nc, (message) => warn(`${study}: ${message}`));
  /** Whether the server had no room for the last fact. */
  let isFull = false;
  const note = (error: Error | undefined) => {
    const before = isFull;
    isFull = isStreamFull(error);
    if (isFull === before) return;
    if (isFull) warn(`${study}: the server has no room: ${error!.message}; waiting`);
    refused(isFull);
  };
  return {
    on: (subject) => (fact, settled) => {
      const id = messageId();
      const options = { id, timeout, headers: cloudEvent(id, eventSource(study, name), fact) };
      const have = (stored: StoredAt) => {
        answers.answered();
        note(undefined);
        deliveries.stored(stored);
        settled(stored.seq);
      };
      try {
        const data = JSON.stringify(fact);
        out.send(subject, data, options, (stored, error) => {
          if (error) note(error);
          if (error) answers.failed(error);
          if (stored) have(stored);
          else withRetry(nc, () => out.publish(subject, data, options)).then(have, settled);
        });
      } catch (error) {
        settled(error as Error); // it cannot be encoded as JSON
      }
    },
    close() {
      out.close();
      answers.close();
    },
  };
}
