import { pino } from 'pino';
import { withoutPassword } from '../../text/plainText.ts';
import type { About, StatusLine } from '../../text/statusLine.ts';

/** Logs JSON lines to standard error, for systems that collect logs. It draws nothing. */
export function jsonLog(out: { write(text: string): unknown } = process.stderr): StatusLine {
  const log = pino({ timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } }, out);
  return {
    line: (text, { level = 'info', ...about } = {}) => log[level](about, withoutPassword(messageOf(text, about))),
    status: () => {},
    end: () => {},
    terminal: false,
  };
}

/** The text of a line. */
const messageOf = (text: string, { study }: About): string =>
  study !== undefined && text.startsWith(`${study}: `) ? text.slice(study.length + 2) : text;
