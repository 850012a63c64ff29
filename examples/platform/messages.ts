import { setTimeout as sleep } from 'node:timers/promises';
import { errors, type NatsConnection } from '@nats-io/transport-node';

/** On `retrain`: new data for a model. */
export interface Retrain {
  readonly model: string;
  readonly version: number;
  readonly series: readonly number[];
}

/** On `studies.begun`: trainers are needed. */
export interface Begun {
  readonly study: string;
  readonly series: readonly number[];
}

/** On `registry.<model>`: the best configuration of a study. */
export interface Registered {
  readonly study: string;
  readonly trial: number;
  readonly error: number;
  readonly params: unknown;
}

/** Sends a message that another service confirms, and waits for a service to be there. */
export async function deliver(nc: NatsConnection, subject: string, message: object): Promise<void> {
  for (;;) {
    try {
      await nc.request(subject, JSON.stringify(message), { timeout: 5000 });
      return;
    } catch (error) {
      if (!(error instanceof errors.RequestError && error.isNoResponders())) throw error;
      await sleep(200);
    }
  }
}
