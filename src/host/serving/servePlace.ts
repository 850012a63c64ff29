import { aborted } from '../../../streams/promises.ts';
import { StudyError } from '../../errors.ts';
import type { Place, Shared } from './placeToServe.ts';
import { serveAll } from './serveAll.ts';
import type { Served } from './serving.ts';

/**
 * Serves all studies of a place that match a pattern, and those of files, until the signal aborts.
 *
 * @param works called once they are served @throws ConnectError; StudyError if the connection is lost for good
 */
export async function servePlace(
  place: Place,
  shared: Shared,
  signal: AbortSignal,
  { pattern = '*', files }: { readonly pattern?: string; readonly files?: readonly Served[] } = {},
  works = () => {},
): Promise<void> {
  const { serving, options } = await shared.open(place, signal);
  try {
    const end = await serveAll(options, serving, pattern, files);
    works();
    await Promise.race([aborted(signal), options.nc.closed()]);
    end();
    if (!signal.aborted) throw new StudyError('the connection to the server was closed', { code: 'no-connection' });
  } finally {
    await serving.close();
  }
}
