import { hostname } from 'node:os';
import { withoutPassword } from '../../text/plainText.ts';
import type { About, StatusLine } from '../../text/statusLine.ts';

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
