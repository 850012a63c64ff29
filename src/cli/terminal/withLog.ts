import { hostname } from 'node:os';
import { UserError } from '../../errors.ts';
import { withoutPassword } from '../../study/plainText.ts';
import { type About, openStatusLine, type StatusLine } from '../../text/statusLine.ts';

export type LogFormat = 'pretty' | 'json';

/** Runs a command with its log: lines for people, or JSON. Then the error that ends it is a line as well. @returns the exit status */
export async function withLog(format: LogFormat | undefined, act: (log: StatusLine) => Promise<number>): Promise<number> {
  if (format !== 'json') return act(openStatusLine());
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

/** Logs JSON lines to standard error, for systems that collect logs. It draws nothing. */
export function jsonLog(out: { write(text: string): unknown } = process.stderr): StatusLine {
  const own = { pid: process.pid, hostname: hostname() };
  return {
    line: (text, { level = 'info', ...about } = {}) => {
      const msg = withoutPassword(messageOf(text, about));
      out.write(`${JSON.stringify({ level, time: new Date(), ...own, ...about, msg })}\n`);
    },
    status: () => {},
    end: () => {},
    terminal: false,
  };
}

/** The text of a line. */
const messageOf = (text: string, { study }: About): string =>
  study !== undefined && text.startsWith(`${study}: `) ? text.slice(study.length + 2) : text;
