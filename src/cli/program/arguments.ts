import { type Command, InvalidArgumentError, Option } from 'commander';
import { bytesIn, secondsIn } from '../../schema/amount.ts';
import { serverOf } from '../../stores/serverOf.ts';
import type { CommandStudy, Remote } from '../../stores/study.ts';

/** Receives the exit status of a command. */
export type ExitWith = (status: Promise<number>) => Promise<void>;

export const wholeNumber = (text: string): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('expected a whole number of at least 1.');
  return n;
};

export const positiveNumber = (text: string): number => {
  const n = Number(text);
  if (!(n > 0 && Number.isFinite(n))) throw new InvalidArgumentError('expected a number above 0.');
  return n;
};

export const anyNumber = (text: string): number => {
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n)) throw new InvalidArgumentError('expected a number.');
  return n;
};

export const port = (text: string): number => {
  const n = Number(text);
  if (!(Number.isInteger(n) && n >= 0 && n < 65536)) throw new InvalidArgumentError('expected a port, 0 to 65535.');
  return n;
};

export const byteSize = (text: string): number => {
  const bytes = bytesIn(text);
  if (bytes === undefined) throw new InvalidArgumentError('expected a size, such as 500MB or 20GiB.');
  return bytes;
};

/** A time in seconds. */
export const time = (text: string): number => {
  const seconds = secondsIn(text);
  if (seconds === undefined) throw new InvalidArgumentError('expected a time above 0, such as 90 (seconds), 5m or 2h.');
  return seconds;
};

const withAccess = (command: Command): Command =>
  command
    .option('--context <name>', 'nats context with the server and login')
    .option('--nkey <file>', 'seed of the nkey to log in with')
    .option('--creds <file>', 'credentials (JWT) to log in with')
    .option('--tls-ca <file>', "authority that signed the server's certificate (PEM)")
    .option('--tls-cert <file>', 'your own certificate (PEM)')
    .option('--tls-key <file>', 'key of your certificate (PEM)')
    .hook('preAction', (_, chosen) => applyContext(chosen));

/** Fills in missing options from the context. */
async function applyContext(command: Command): Promise<void> {
  const { context } = command.opts<{ context?: string }>();
  if (context === undefined) return;
  const { natsContext } = await import('../../stores/natsContext.ts');
  for (const [name, value] of Object.entries(natsContext(context))) {
    const source = command.getOptionValueSource(name);
    if (source === undefined || source === 'env') command.setOptionValueWithSource(name, value, 'context');
  }
}

const ADDRESS = 'address of the NATS server; several with commas between; tls:// is always encrypted';

export const addressOption = (): Option => new Option('--nats <url>', ADDRESS).env('HYPERTIDE_NATS');
/** The options of a command that needs a server. */
export const onServer = (command: Command): Command =>
  withAccess(command.addOption(addressOption())).hook('preAction', (_, chosen) => {
    if (chosen.opts<{ nats?: string }>().nats === undefined)
      chosen.error('error: expected --nats with a server, --context, or HYPERTIDE_NATS');
  });
/** The options of a command that can use a server. */
export const maybeOnServer = (command: Command): Command =>
  withAccess(command.option('--nats <url>', `${ADDRESS} (default: HYPERTIDE_NATS)`));
/** The options of a command whose study can be on a server. */
export const withRemote = (command: Command): Command => maybeOnServer(command.option('--study <name>', 'name of the study on the server'));

/** What commands that run a program print after a mistake: most often, the options of the program were taken for theirs. */
export const helpOnProgram = '(the command of your program comes after --, as in: -- python3 train.py --lr {lr})';

/** The format of what a command prints while it runs. */
export const logFormatOption = (): Option =>
  new Option('--log-format <format>', 'pretty for people, or json for systems that collect logs (default: pretty)').choices([
    'pretty',
    'json',
  ]);

/** Declares commands on a study in a journal or on a server. */
export function studyCommands(program: Command, exit: ExitWith) {
  const use = (journal: string | undefined, remote: Remote, act: (study: CommandStudy) => Promise<number>): Promise<void> =>
    exit(import('../../stores/study.ts').then(({ withStudy }) => withStudy(journal, remote, act)));
  return {
    /** @param words arguments after the journal. */
    declare: (name: string, description: string, words?: readonly [name: string, description: string]): Command => {
      const command = program.command(name).description(description).argument('[journal]', 'file of the study, unless it is on a server');
      return withRemote(words ? command.argument(...words) : command);
    },
    use,
    /** For a command with words after the journal. If the study is on a server, there is no journal before them. */
    useWords: (
      words: readonly (string | undefined)[],
      remote: Remote,
      act: (study: CommandStudy, words: readonly string[]) => Promise<number>,
    ): Promise<void> => {
      const given = words.filter((word) => word !== undefined);
      if (serverOf(remote) !== undefined) return use(undefined, remote, (study) => act(study, given));
      const [journal, ...rest] = given;
      return use(journal, remote, (study) => act(study, rest));
    },
  };
}
