import type { connect } from '../../stores/connect.ts';
import type { StatusLine } from '../../text/statusLine.ts';
import type { Monitor } from './monitor.ts';

/** The monitor of `--monitor`, loaded only if it is requested. Closes the connection if it cannot start. @throws UsageError, ListenError */
export async function monitorFor(
  address: string | undefined,
  screen: StatusLine,
  nc?: Awaited<ReturnType<typeof connect>>,
): Promise<Monitor | undefined> {
  if (address === undefined) return undefined;
  const { monitor } = await import('./monitor.ts');
  return monitor(address, screen, nc).catch(async (error: Error) => {
    await nc?.close();
    throw error;
  });
}
