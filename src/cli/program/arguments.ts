import { type Command, InvalidArgumentError, Option } from 'commander';

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

const accessOptions = (command: Command): Command =>
  command
    .option('--nkey <file>', 'the seed of an nkey to come in with')
    .option('--creds <file>', 'a file of credentials (JWT) to come in with')
    .option('--tls-ca <file>', "authority to check the server's certificate against (PEM)")
    .option('--tls-cert <file>', 'a certificate of your own (PEM)')
    .option('--tls-key <file>', 'its key (PEM)');

const ADDRESS = 'address of the server, or several with commas between; tls:// is always encrypted';

export const addressOption = (): Option => new Option('--nats <url>', ADDRESS).env('HYPERTIDE_NATS').makeOptionMandatory();
/** The options of a command on a server. */
export const onServer = (command: Command): Command => accessOptions(command.addOption(addressOption()));
/** The options of a command that may be on a server as well. */
export const maybeOnServer = (command: Command): Command =>
  accessOptions(command.option('--nats <url>', `${ADDRESS} (default: HYPERTIDE_NATS)`));

/** Where a study is: in a journal, or on a server by its name. */
export const journalArgument = ['[journal]', 'the file that holds the study, unless it is on a server'] as const;
/** The options of a command that may be about a study on a server. */
export const withRemote = (command: Command): Command => maybeOnServer(command.option('--study <name>', 'its name on the server'));
