import { asCalled, escapeControls } from './plainText.ts';

/** The fields of a line, besides its text. */
export interface About {
  /** Default: info. */
  readonly level?: 'info' | 'warn' | 'error';
  readonly study?: string;
  readonly trial?: number;
  /** The claim of a trainer on an attempt. */
  readonly run?: string;
  /** The trace of the attempt, as OpenTelemetry names it. */
  readonly trace_id?: string;
}

/** Prints lines to standard error. On a terminal, the last line is redrawn in place. */
export interface StatusLine {
  /** Prints a line that stays. @param about fields of the line if lines are JSON; people see only the text */
  line(text: string, about?: About): void;
  /** Sets the status line at the bottom, which is computed when it is drawn. Does nothing without a terminal. */
  status(text: () => string): void;
  /** Removes the status line. */
  end(): void;
  /** Whether the output is a terminal. */
  readonly terminal: boolean;
}

/** The same log, for lines about something. */
export const about = (log: StatusLine, fields: About): StatusLine => ({
  ...log,
  line: (text, more) => log.line(text, { ...fields, ...more }),
});

/** The lines of a study, with its name in the text for people. */
export const ofStudy =
  ({ line }: Pick<StatusLine, 'line'>, study: string): StatusLine['line'] =>
  (text, more) =>
    line(`${study}: ${text}`, { ...more, study });

/** Milliseconds between two drawings: faster than the eye, slower than a fast study. */
const FRAME = 80;

export function openStatusLine(out: NodeJS.WriteStream = process.stderr): StatusLine {
  if (!out.isTTY)
    return { line: (text) => out.write(`${escapeControls(asCalled(text))}\n`), status: () => {}, end: () => {}, terminal: false };
  let bottom = () => '';
  let shown = false;
  let drawn = 0;
  let due: NodeJS.Timeout | undefined;
  const draw = () => {
    clearTimeout(due);
    due = undefined;
    drawn = performance.now();
    out.write(`\r\x1b[2K${clipped(bottom(), out.columns || 80)}`);
  };
  return {
    line: (text) => {
      out.write(`\r\x1b[2K${escapeControls(asCalled(text))}\n`);
      if (shown) draw();
    },
    status: (text) => {
      bottom = text;
      shown = true;
      due ??= setTimeout(draw, Math.max(0, FRAME - (performance.now() - drawn)));
    },
    end: () => {
      clearTimeout(due);
      due = undefined;
      if (shown) out.write('\r\x1b[2K');
      shown = false;
    },
    terminal: true,
  };
}

/** A text cut to the width of the terminal, colours not counted. */
function clipped(text: string, width: number): string {
  let left = width - 1;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return text.replace(/\x1b\[\d+m|[\s\S]/gu, (piece) => {
    if (piece.startsWith('\x1b')) return piece;
    return left-- > 0 ? piece : '';
  });
}
