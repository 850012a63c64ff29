import type { NatsConnection } from '@nats-io/nats-core';
import { onStatus } from './connection.ts';
import { isPassing, isStreamFull } from './retry.ts';

/** Reports once that a connected server does not answer, and once that it answers again. */
export function silence(nc: NatsConnection, warn: (message: string) => void) {
  let isConnected = true;
  let isSilent = false;
  const deafen = onStatus(nc, ({ type }) => {
    if (type === 'disconnect') isConnected = false;
    if (type === 'reconnect') isConnected = true;
  });
  return {
    failed: (error: unknown): void => {
      if (isSilent || !isConnected || !isPassing(error) || isStreamFull(error)) return;
      isSilent = true;
      warn('the server is connected, but stores nothing: JetStream is off, or most of its copies cannot be reached; waiting');
    },
    answered: (): void => {
      if (isSilent) warn('the server stores facts again');
      isSilent = false;
    },
    close: deafen,
  };
}
