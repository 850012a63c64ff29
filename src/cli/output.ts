/** Where a command writes: data for the next program, talk for people. */
export interface Output {
  /** A line to stdout. */
  data(line: string): void;
  /** A line to stderr. */
  talk(line: string): void;
  /** Whether people look at a terminal that can be drawn on. */
  readonly terminal: boolean;
}

export const standardOutput: Output = {
  data: (line) => void process.stdout.write(`${line}\n`),
  talk: (line) => void process.stderr.write(`${line}\n`),
  terminal: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
};
