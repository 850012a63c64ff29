import { setTimeout as sleep } from 'node:timers/promises';
import { messagesOf } from '../../errors.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { serveAll } from './all.ts';
import type { Place, Shared } from './place.ts';

/** Milliseconds between two attempts to log in. */
const PAUSE = 10_000;

/**
 * Serves all studies of a team until the signal aborts. The other teams of this process do not notice a login that is refused or a server that is
 * away: it is tried again, and said once.
 */
export async function serveTeam(place: Place, shared: Shared, screen: StatusLine, signal: AbortSignal): Promise<void> {
  let said: string | undefined;
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  while (!signal.aborted) {
    try {
      const { serving, options } = await shared.open(place);
      try {
        const end = await serveAll(options, serving, '*');
        if (said !== undefined) screen.line(`${place.team}: is served again`);
        said = undefined;
        await Promise.race([aborted, options.nc.closed()]);
        end();
      } finally {
        await serving.close();
        serving.forgetAll();
      }
    } catch (error) {
      const why = messagesOf(error).join('; ');
      if (why !== said) screen.line(`${place.team}: is not served: ${why}; trying again every ${PAUSE / 1000} s`, { level: 'error' });
      said = why;
    }
    await sleep(PAUSE, undefined, { signal }).catch(() => {});
  }
}
