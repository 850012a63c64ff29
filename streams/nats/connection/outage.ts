import type { NatsConnection } from '@nats-io/nats-core';
import { onLink, onStatus } from './connection.ts';
import { isPassing } from './retry.ts';

/** Milliseconds between two sentences about the same outage. */
export const MINUTE = 60_000;
/** The number of studies that a sentence names. */
const STUDIES_NAMED = 3;

/** The studies that a process serves or trains over a connection. */
const joined = new WeakMap<NatsConnection, Set<string>>();

/** Names a study in the sentences about outages of a connection. @returns a function that ends this */
export function joinStudy(nc: NatsConnection, study: string): () => void {
  const studies = joined.get(nc) ?? new Set();
  joined.set(nc, studies.add(study));
  return () => void studies.delete(study);
}

function waitingOn(nc: NatsConnection): string {
  const studies = [...(joined.get(nc) ?? [])];
  if (studies.length === 0) return '';
  const more = studies.length - STUDIES_NAMED;
  const names = studies.slice(0, STUDIES_NAMED).join(', ');
  return `; waiting: ${more > 0 ? `${names} and ${more} more` : names}`;
}

const LOST = {
  lost: 'the connection to the server is lost; reconnecting',
  refused: 'the server refuses the login: it has expired or was revoked; trying again',
} as const;

/** Says when a connection is lost, or its login is refused, then again every minute, and when it is back. @returns a function that ends it */
export function watchOutages(nc: NatsConnection, say: (text: string, level: 'info' | 'warn') => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => clearInterval(timer);
  const end = onLink(nc, (state) => {
    stop();
    if (state === 'back') return say('the connection to the server is back', 'info');
    const since = performance.now();
    say(`${LOST[state]}${waitingOn(nc)}`, 'warn');
    const again = () => say(`${LOST[state]}, for ${Math.round((performance.now() - since) / MINUTE)} min now${waitingOn(nc)}`, 'warn');
    timer = setInterval(again, MINUTE);
    timer.unref();
  });
  return () => {
    stop();
    end();
  };
}

/**
 * Repeats a check at intervals, and when a connection is back. It reports each reason why a check fails once until a check succeeds, and none that passes
 * with an outage, which is reported by itself.
 *
 * @param every milliseconds.
 * @returns a function that ends it.
 */
export function repeatCheck(nc: NatsConnection, check: () => Promise<void>, every: number, warn: (message: string) => void): () => void {
  let isChecking = false;
  let isOver = false;
  let said: string | undefined;
  const failed = (error: Error) => {
    if (isOver || isPassing(error) || isPassing(error.cause) || said === error.message) return;
    said = error.message;
    warn(error.message);
  };
  const again = async () => {
    if (isChecking) return;
    isChecking = true;
    await check().then(() => {
      said = undefined;
    }, failed);
    isChecking = false;
  };
  const timer = setInterval(again, every);
  const unsubscribe = onStatus(nc, ({ type }) => type === 'reconnect' && void again());
  return () => {
    isOver = true;
    clearInterval(timer);
    unsubscribe();
  };
}
