import { pino } from 'pino';
import { withoutSecrets } from './plainText.ts';
import type { About, StatusLine } from './statusLine.ts';

/** Logs a JSON object a line to standard error, for systems that collect logs. Nothing is drawn. */
export function jsonLog(out: { write(text: string): unknown } = process.stderr): StatusLine {
  const log = pino({ timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } }, out);
  return {
    line: (text, { level = 'info', ...about } = {}) => log[level](about, withoutSecrets(messageOf(text, about))),
    status: () => {},
    end: () => {},
    terminal: false,
  };
}

/** What a line says besides its fields. */
const messageOf = (text: string, { study }: About): string =>
  study !== undefined && text.startsWith(`${study}: `) ? text.slice(study.length + 2) : text;
