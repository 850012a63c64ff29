import type { NatsConnection } from '@nats-io/nats-core';
import { jsonOf } from '../connection/connection.ts';
import { isRelayed } from '../protocol/messages.ts';

/** Subscribes to messages of engines, to whose subjects no trainer can publish. @returns unsubscribes */
export const listenTo = <T>(nc: NatsConnection, subject: string, hear: (message: T) => void): (() => void) => {
  const subscription = nc.subscribe(subject, {
    callback: (error, message) => {
      const said = error || isRelayed(message) ? undefined : jsonOf(message);
      if (typeof said === 'object' && said !== null) hear(said as T);
    },
  });
  return () => subscription.unsubscribe();
};
