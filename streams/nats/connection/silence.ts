import type { NatsConnection } from '@nats-io/nats-core';
import { onStatus } from './connection.ts';
import { MINUTE } from './outage.ts';
import { isPassing, isStreamFull } from './retry.ts';

/** Milliseconds without an answer before it is reported: a server that has just started is connected before it can store anything. */
const SILENT_AFTER = 2000;

/** Reports that a connected server does not answer, again every minute, and once that it answers again. */
export function silence(nc: NatsConnection, warn: (message: string) => void) {
  let isConnected = true;
  let isSilent = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stopWaiting = () => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  const report = () => {
    isSilent = true;
    waiting = setTimeout(report, MINUTE);
    warn(
      'the server is connected, but stores nothing: the study was deleted, JetStream is off, or most of its copies cannot be reached; waiting',
    );
  };
  const unsubscribe = onStatus(nc, ({ type }) => {
    if (type === 'disconnect') {
      isConnected = false;
      stopWaiting();
    }
    if (type !== 'reconnect') return;
    isConnected = true;
    if (isSilent) waiting ??= setTimeout(report, MINUTE);
  });
  return {
    failed: (error: unknown): void => {
      if (isSilent || !isConnected || !isPassing(error) || isStreamFull(error)) return;
      waiting ??= setTimeout(report, SILENT_AFTER);
    },
    answered: (): void => {
      stopWaiting();
      if (isSilent) warn('the server stores facts again');
      isSilent = false;
    },
    close: (): void => {
      stopWaiting();
      unsubscribe();
    },
  };
}
