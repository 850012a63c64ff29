import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { isRefusal, parseFact } from '../../../src/facts/parse.ts';
import type { Suggestion } from '../../engine/directive.ts';
import { jsonOf } from '../connection/connection.ts';
import { isRelayed, LEASE, LEASE_HEADER, LIMIT_HEADER, PRIORITY_HEADER } from '../protocol/messages.ts';

/** The suggestion that the server delivered; undefined if the message holds none. */
export function suggestionOf<P>(message: Msg): Suggestion<P> | undefined {
  const fact = parseFact<P>(jsonOf(message));
  return isRefusal(fact) || fact.type !== 'suggested' ? undefined : fact;
}

/** The longest fact that counts, in bytes, if the message does not say it: it was restored from another log. */
const LONGEST_FACT = 16 * 1024;

/** The longest fact that counts, in bytes. */
export const limitOf = ({ headers }: Msg): number => Number(headers?.get(LIMIT_HEADER)) || LONGEST_FACT;

/** The priority of the study. */
export const priorityOf = ({ headers }: Msg): number => Number(headers?.get(PRIORITY_HEADER)) || 1;

/** Seconds without a heartbeat after which the attempt is lost. */
export const leaseOf = ({ headers }: Msg): number => Number(headers?.get(LEASE_HEADER)) || LEASE;

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
