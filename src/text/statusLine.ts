import { clipped, displayWidth, messageLines } from './layout.ts';

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

/** The state of what runs, computed when it is shown. */
export interface Status {
  /** Lines below all others, in a window of this size. They are redrawn in place. */
  frame(columns: number, rows: number): readonly string[];
  /** One line, for a file or a pipe. */
  line(): string;
}

/** Prints lines to standard error. On a terminal, the last ones are redrawn in place. */
export interface StatusLine {
  /** Prints a line that stays. @param about fields of the line if lines are JSON; people see only the text */
  line(text: string, about?: About): void;
  /** Sets what is shown below; without a terminal, it is a line now and then. */
  status(status: Status): void;
  /** Removes it. */
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

export const openStatusLine = (out: NodeJS.WriteStream = process.stderr): StatusLine => (out.isTTY ? onTerminal(out) : inFile(out));

/** Milliseconds between two lines of a file, and the share of the time so far that they are apart at least: a long study needs few. */
const APART = 30_000;
const SHARE = 0.05;

function inFile(out: NodeJS.WriteStream): StatusLine {
  let begun: number | undefined;
  let last = 0;
  const line = (text: string) => out.write(`${messageLines(text, out).join('\n')}\n`);
  return {
    line,
    status: (status) => {
      const now = performance.now();
      begun ??= last = now;
      if (now - last < Math.max(APART, SHARE * (now - begun))) return;
      last = now;
      line(status.line());
    },
    end: () => {},
    terminal: false,
  };
}

/** Milliseconds between two drawings: faster than the eye, slower than a fast study. */
const FRAME = 80;
/** Milliseconds after which times that are shown are out of date. */
const SECOND = 1000;

const TO_END_OF_LINE = '\x1b[K';
const TO_END_OF_SCREEN = '\x1b[J';

function onTerminal(out: NodeJS.WriteStream): StatusLine {
  let shown: Status | undefined;
  let lines: readonly string[] = [];
  let drawn = 0;
  let due: NodeJS.Timeout | undefined;
  let clock: NodeJS.Timeout | undefined;
  const width = () => out.columns || 80;
  /** Moves to where the lines begin. A terminal that has become narrower may show one of them as several. */
  const back = () => {
    const up = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / width())), 0) - 1;
    return up > 0 ? `\r\x1b[${up}A` : '\r';
  };
  /** Everything in one piece, over what is there: cleared first, it would flicker. @param above lines that stay */
  const draw = (above: readonly string[] = []) => {
    clearTimeout(due);
    due = undefined;
    drawn = performance.now();
    const begin = back();
    const rows = out.rows || 24;
    lines = shown
      ? shown
          .frame(width(), rows)
          .slice(1 - rows)
          .map((line) => clipped(line, width() - 1).trimEnd())
      : [];
    const text = [...above.map((line) => `${line}${TO_END_OF_LINE}\n`), lines.map((line) => `${line}${TO_END_OF_LINE}`).join('\n')];
    out.write(`${begin}${text.join('')}${TO_END_OF_SCREEN}`);
  };
  const resized = () => draw();
  return {
    line: (text) => draw(messageLines(text, out)),
    status: (status) => {
      if (shown === undefined) {
        out.on('resize', resized);
        clock = setInterval(draw, SECOND).unref();
      }
      shown = status;
      due ??= setTimeout(draw, Math.max(0, FRAME - (performance.now() - drawn)));
    },
    end: () => {
      if (shown === undefined) return;
      out.off('resize', resized);
      clearInterval(clock);
      shown = undefined;
      draw();
    },
    terminal: true,
  };
}
