import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, ConnectError, type ConnectOptions, connectTo } from '../../streams/nats/connection/connect.ts';
import { watchOutages } from '../../streams/nats/connection/outage.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { StatusLine } from '../text/statusLine.ts';

/** Seconds for which a process that works for long waits for a server that is down when it starts. */
export const CONNECT_WITHIN = 20;
/** Milliseconds between two attempts. */
const RETRY_MS = 500;

/**
 * Connects to a server, and prints when the connection is lost or the login no longer valid, again every minute, and when it is back.
 *
 * @param patience seconds for which it tries again if the server cannot be reached.
 * @param signal ends that.
 * @throws ConnectError
 */
export async function connect(
  screen: StatusLine,
  url: string,
  options: ConnectOptions,
  patience = 0,
  signal?: AbortSignal,
): ReturnType<typeof connectTo> {
  const nc = await connectWithin(screen, url, options, patience, signal);
  watchOutages(nc, (text, level) => screen.line(text, { level }));
  return nc;
}

async function connectWithin(
  screen: StatusLine,
  url: string,
  options: ConnectOptions,
  patience: number,
  signal: AbortSignal | undefined,
): ReturnType<typeof connectTo> {
  const end = performance.now() + patience * 1000;
  for (let hasSaid = false; ; hasSaid = true) {
    try {
      return await connectTo(url, options);
    } catch (error) {
      if (!(error instanceof ConnectError && error.isAway) || performance.now() + RETRY_MS > end) throw error;
      if (!hasSaid) screen.line(`${error.message}; trying for ${patience} s`, { level: 'warn' });
      await sleep(RETRY_MS, undefined, signal && { signal }).catch(() => {
        throw error;
      });
    }
  }
}

/** The options of a command that say how to connect. */
export const accessOf = ({ nkey, creds, tlsCa, tlsCert, tlsKey }: Access): Access => omitUndefined({ nkey, creds, tlsCa, tlsCert, tlsKey });
