import { StudyError } from '../../errors.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import { serveAll } from './all.ts';
import { persist } from './persist.ts';
import type { Place, Shared } from './place.ts';

/** Serves all studies of a team until the signal aborts. */
export async function serveTeam(
  place: Place & { readonly team: string },
  shared: Shared,
  screen: StatusLine,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const serve = async (works: () => void) => {
    const { serving, options } = await shared.open(place, signal);
    try {
      const end = await serveAll(options, serving, '*');
      works();
      await Promise.race([aborted, options.nc.closed()]);
      end();
      if (!signal.aborted) throw new StudyError('the connection to the server was closed', { code: 'no-connection' });
    } finally {
      await serving.close();
      serving.forgetAll();
    }
  };
  await persist(place.team, serve, screen, signal);
}
