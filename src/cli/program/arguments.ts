import { type Command, InvalidArgumentError } from 'commander';

/** Takes the exit status of a command, once there is one. */
export type Ending = (status: Promise<number>) => Promise<void>;

export const whole = (text: string): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('expected a whole number of at least 1.');
  return n;
};

export const seconds = (text: string): number => {
  const n = Number(text);
  if (!(n > 0 && Number.isFinite(n))) throw new InvalidArgumentError('expected a number above 0.');
  return n;
};

export const number = (text: string): number => {
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n)) throw new InvalidArgumentError('expected a number.');
  return n;
};

export const port = (text: string): number => {
  const n = Number(text);
  if (!(Number.isInteger(n) && n >= 0 && n < 65536)) throw new InvalidArgumentError('expected a port.');
  return n;
};

export const natsOption = ['--nats <url>', 'the server'] as const;
export const nkeyOption = ['--nkey <file>', 'the seed to come in with'] as const;

/** Where a study is: in a journal, or on a server by its name. */
export const journalArgument = ['[journal]', 'the file that holds the study, unless it is on a server'] as const;
/** The options of a command that may be about a study on a server. */
export const withRemote = (command: Command): Command =>
  command
    .option('--nats <url>', 'the server that holds it')
    .option('--study <name>', 'its name on the server')
    .option(...nkeyOption);
