import { Command, CommanderError, Help, type Option } from 'commander';
import { messagesOf } from '../../errors.ts';
import { inform } from '../../text/output.ts';
import { version } from '../../version.ts';
import { statusOf } from '../terminal/withLog.ts';
import { declareAct } from './act.ts';
import { mistake } from './mistake.ts';
import { declareRead } from './read.ts';
import { declareRun } from './run.ts';
import { declareServer } from './server.ts';
import { declareStudies } from './studies.ts';
import { declareTools } from './tools.ts';
import { declareWorkers } from './workers.ts';

/** The commands. Each loads its code when it is used. @param tell receives the exit status. */
export function programFor(tell: (status: number) => void): Command {
  const program = new Command('hypertide');
  program
    .version(version)
    .usage('<command> [options]  ("hypertide <command> --help" shows them)')
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(mistake(text, program)) })
    .showHelpAfterError('("hypertide --help" shows all commands)')
    .configureHelp({ subcommandTerm: (command) => command.name(), visibleOptions: optionsOf, formatHelp: helpOf })
    .addHelpText(
      'after',
      `Examples:
  hypertide init -- python3 train.py
  hypertide run study.yaml -- python3 train.py --lr {lr}`,
    );
  const exit = (status: Promise<number>) => status.then(tell);
  for (const declare of [declareRun, declareRead, declareAct, declareStudies, declareServer, declareWorkers, declareTools])
    declare(program, exit);
  return program;
}

/** The list of commands leaves out --version and --help, which every program has. */
const optionsOf = (command: Command): Option[] => (command.parent ? new Help().visibleOptions(command) : []);

/** The overview fits a screen: its groups follow each other, and it only names the commands on studies as a whole, servers and workers. */
function helpOf(command: Command, help: Help): string {
  const text = Help.prototype.formatHelp.call(help, command, help);
  return command.parent ? text : text.replaceAll('\n\n', '\n').replace(lists, commandNames);
}

/** Groups of which the overview shows only names, so that it fits on a screen. */
export const NAMES_ONLY = ['Studies', 'Server', 'Workers'];

/** The lists of commands of these groups. */
const lists = new RegExp(`(?<=^(?:${NAMES_ONLY.join('|')}):\\n)(?: {2,}.*\\n)+`, 'gm');

/** A list of commands without descriptions, in lines of at most 80 columns. */
export const commandNames = (list: string): string =>
  [...list.matchAll(/^ {2}(\S+)/gm)]
    .map(([, name]) => name)
    .join(', ')
    .replace(/(.{1,77})(?: |$)/g, '  $1\n');

/** Prints an error, one line for each mistake. @returns the exit status: 2 for what the user can correct, 1 for the rest. */
export function printError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  for (const message of messagesOf(error)) inform(`hypertide: ${message.replace(/\s*\n\s*/g, ' ')}`);
  const status = statusOf(error);
  if (status === 1 && process.env.HYPERTIDE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return status;
}

/** Runs a command line. @returns its exit status */
export async function main(args: readonly string[]): Promise<number> {
  let exit = 0;
  const program = programFor((status) => {
    exit = status;
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return printError(error);
  }
}
