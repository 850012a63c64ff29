import { setTimeout as sleep } from 'node:timers/promises';
import { messagesOf } from '../../errors.ts';
import type { StatusLine } from '../../text/statusLine.ts';

/** Milliseconds between two attempts. */
const RETRY_MS = 10_000;

/**
 * Does something for a team until it succeeds or the signal aborts: a login that is refused, or a server that is away, is not the trouble of the other
 * teams of this process. It prints that once, and when the team is served.
 *
 * @param act calls `works` once the team is served
 */
export async function persist<T>(
  team: string,
  act: (works: () => void) => Promise<T>,
  screen: StatusLine,
  signal: AbortSignal,
): Promise<T | undefined> {
  let said: string | undefined;
  let isServed = false;
  const works = () => {
    if (!isServed) screen.line(`${team}: is served`);
    isServed = true;
    said = undefined;
  };
  while (!signal.aborted) {
    try {
      return await act(works);
    } catch (error) {
      if (signal.aborted) break;
      const why = messagesOf(error).join('; ');
      if (why !== said) screen.line(`${team}: is not served: ${why}; trying again every ${RETRY_MS / 1000} s`, { level: 'error' });
      said = why;
      isServed = false;
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}
