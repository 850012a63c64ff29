import { UserError } from '../../errors.ts';
import { openStatusLine, type StatusLine } from '../../text/statusLine.ts';

export type LogFormat = 'pretty' | 'json';

/** Runs a command with its log: lines for people, or JSON. Then the error that ends it is a line as well. @returns the exit status */
export async function withLog(format: LogFormat | undefined, act: (log: StatusLine) => Promise<number>): Promise<number> {
  if (format !== 'json') return act(openStatusLine());
  const { jsonLog } = await import('./jsonLog.ts');
  const log = jsonLog();
  try {
    return await act(log);
  } catch (error) {
    log.line(error instanceof Error ? error.message : String(error), { level: 'error' });
    return statusOf(error);
  }
}

/** The exit status after an error: that of a `UserError`, which is 2 for most, and 1 for the rest. */
export const statusOf = (error: unknown): number => (error instanceof UserError ? error.status : 1);
