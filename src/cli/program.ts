import { Command as Commander, CommanderError, type Help, Option } from 'commander';
import { messagesOf } from '../errors.ts';
import { nearest } from '../schema/nearest.ts';
import { ownValue } from '../schema/ownValue.ts';
import { type ConnectionFlags, connectionFrom } from '../stores/connection.ts';
import { inform } from '../text/output.ts';
import { UsageError } from '../text/usage.ts';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { commands, groups, type Leaf } from './commands.ts';
import { helpOf, loaded, pathOf } from './help.ts';
import { kebab, type Part } from './parts.ts';
import { statusOf } from './terminal/withLog.ts';
import { connectionOptions, topics } from './topics.ts';

/** How a command ends. */
interface Ending {
  /** Receives the exit status. */
  tell(status: number): void;
  /** The words after `--`. */
  readonly program: readonly string[];
}

/** Builds the program. Each command is loaded when it is called. */
function programFor(ending: Ending): {
  readonly program: Commander;
  readonly load: ReadonlyMap<Commander, () => Promise<void>>;
  current(): Commander;
} {
  const load = new Map<Commander, () => Promise<void>>();
  let current: Commander;
  const add = (parent: Commander, name: string, { summary, load: find }: Leaf, isUsual = false) => {
    const command = parent.command(name, { isDefault: isUsual }).summary(summary);
    load.set(command, async () => complete(command, await find(), ending));
  };
  const follow = async (_: Commander, next: Commander) => {
    current = next;
    await load.get(next)?.();
  };
  const program = new Commander('hypertide')
    .version(version, '--version')
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ outputError: () => {} })
    .configureHelp({ formatHelp: shownHelp })
    .hook('preSubcommand', follow);
  current = program;
  for (const [flags, text] of connectionOptions) program.addOption(new Option(flags, text).hideHelp());
  for (const [heading, entries] of Object.entries(commands)) {
    program.commandsGroup(heading);
    for (const [name, entry] of Object.entries(entries)) {
      if (!('commands' in entry)) add(program, name, entry);
      else {
        const group = program.command(name).summary(entry.summary).helpCommand(false).hook('preSubcommand', follow);
        if (entry.usual !== undefined) group.description(`"hypertide ${name} ..." is short for "hypertide ${name} ${entry.usual} ...".`);
        for (const [below, one] of Object.entries(entry.commands)) add(group, below, one, entry.usual === below);
      }
    }
  }
  program
    .command('help', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => print(await textFor(program, words, load)));
  return { program, load, current: () => current };
}

const print = (text: string): void => void process.stdout.write(text);

/** The help of a command, or about a topic. @throws UsageError */
async function textFor(program: Commander, words: readonly string[], load: ReadonlyMap<Commander, () => Promise<void>>): Promise<string> {
  if (words.length === 1 && Object.hasOwn(topics, words[0]!)) return topics[words[0]!]!;
  let found = program;
  for (const word of words) {
    const next = found.commands.find((command) => command.name() === word);
    if (!next) throw noCommand(found, word);
    found = next;
  }
  await load.get(found)?.();
  return found.helpInformation();
}

/** Help that was asked for with a command that does not exist. */
function noCommand(parent: Commander, word: string): UsageError {
  const others = parent.parent ? [] : Object.keys(topics);
  const known = [...parent.commands.map((command) => command.name()).filter((name) => name !== 'help'), ...others];
  const more = others.length > 0 ? `; other topics: ${others.join(', ')}` : `; "${pathOf(parent)} --help" shows its commands`;
  return new UsageError(`there is no command ${pathOf(parent)} ${word}${hintFor(word) || nearest(word, known) || more}`);
}

/** The help of a command. Commander would show that of a group also for `--help` after a word that is none of its commands. @throws UsageError */
function shownHelp(target: Commander, help: Help): string {
  const [word = ''] = target.args;
  if (target.commands.length > 0 && /^[a-z][a-z-]*$/.test(word)) throw noCommand(target, word);
  return helpOf(target, help);
}

/** Gives a command its options, and what it does. */
function complete(target: Commander, command: Command, { tell, program }: Ending): void {
  if (loaded.has(target)) return;
  loaded.set(target, command);
  target.description(command.description).allowExcessArguments().addHelpOption(new Option('-h, --help').hideHelp());
  for (const [name, part] of Object.entries(command.options)) {
    target.addOption(optionOf(kebab(name), part));
    if (part.negative !== undefined) target.addOption(new Option(`--no-${kebab(name)}`, part.negative));
  }
  target.action(async () => {
    const given = { ...target.opts(), ...assigned(command, target.args, program) };
    const flags = target.parent!.optsWithGlobals<ConnectionFlags>();
    tell(await command.run(given, { connection: await connectionFrom(flags), flags, wholeProgram }));
  });
}

function optionOf(name: string, part: Part<unknown>): Option {
  const { text, placeholder, kind, fallback, short, isNeeded, isList, isBare } = part;
  const dots = isList ? '...' : '';
  const suffix = placeholder === undefined ? '' : isBare ? ` [${placeholder}]` : ` <${placeholder}${dots}>`;
  const option = new Option(`${short === undefined ? '' : `-${short}, `}--${name}${suffix}`, text);
  if (fallback !== undefined) option.default(fallback);
  if (kind?.choices) option.argChoices = [...kind.choices]; // for the completion of shells; its text says them
  if (isNeeded) option.makeOptionMandatory();
  if (kind)
    option.argParser((word: string, before: unknown) =>
      isList ? [...((before as unknown[]) ?? []), readWord(`--${name}`, part, word)] : readWord(`--${name}`, part, word),
    );
  return option;
}

/** @throws UsageError */
function readWord(name: string, { kind }: Part<unknown>, word: string): unknown {
  if (!kind) return word;
  const read = kind.read(word);
  if (read === undefined) throw new UsageError(`${name}: expected ${kind.expected}, got ${word}${nearest(word, kind.choices ?? [])}`);
  return read;
}

/** The values of arguments. The study comes first, and can be left out: a word that fits what follows it is no address. @throws UsageError */
function assigned(command: Command, words: readonly string[], program: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(command.arguments);
  const [[first] = [], ...others] = entries;
  const required = others.filter(([, { isNeeded }]) => isNeeded).length;
  const isLeftOut =
    first === 'study' &&
    !entries[0]![1].isNeeded &&
    words.length > 0 &&
    others.length > 0 &&
    !words[0]!.includes('://') &&
    (words.length === required || others[0]![1].kind?.read(words[0]!) !== undefined);
  const given: Record<string, unknown> = {};
  let rest = words;
  for (const [name, part] of isLeftOut ? others : entries) {
    if (part.isList) {
      if (rest.length > 0) given[name] = rest.map((word) => readWord(name, part, word));
      rest = [];
    } else if (rest.length > 0) {
      given[name] = readWord(name, part, rest[0]!);
      rest = rest.slice(1);
    }
    if (part.isNeeded && given[name] === undefined)
      throw new UsageError(`${part.placeholder} is missing${part.kind ? `: expected ${part.kind.expected}` : ''}`);
  }
  if (rest.length > 0 && (command.program === undefined || program.length > 0))
    throw new UsageError(`expected fewer words: ${rest.join(' ')}`);
  if (program.length > 0 && command.program === undefined) throw new UsageError(`expected no program after --, got ${program.join(' ')}`);
  return { ...given, program: program.length > 0 ? program : rest };
}

/** Commands of other tools that people try, and what they are here. */
const ELSEWHERE: Readonly<Record<string, string>> = { status: 'best', show: 'trials' };

/** What to write instead of the name of a command in a group. */
function hintFor(word: string): string {
  const group = Object.keys(groups).find((name) => Object.hasOwn(groups[name]!.commands, word));
  const command = group === undefined ? ownValue(ELSEWHERE, word) : `${group} ${word}`;
  return command === undefined ? '' : `; write hypertide ${command}`;
}

/** What commander says about a mistake, with what to do. */
function mistake({ code, message }: CommanderError, current: Commander, words: readonly string[]): string {
  const [line = '', ...suggestion] = message.replace('error: ', '').split('\n');
  const more = suggestion.length > 0 ? ` ${suggestion.join(' ')}` : '';
  if (code !== 'commander.unknownCommand') return `${line}${more}`;
  return `${line}${hintFor(words.find((word) => !pathOf(current).split(' ').includes(word)) ?? '') || more}`;
}

/** Prints an error, one line for each mistake. @returns the exit status: 2 for what the user can correct, 1 for the rest. */
export function printError(error: unknown): number {
  for (const message of messagesOf(error)) inform(`hypertide: ${message.replace(/\s*\n\s*/g, ' ')}`);
  const status = statusOf(error);
  if (status === 1 && process.env.HYPERTIDE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return status;
}

/** Runs a command line. @returns its exit status */
export async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--');
  const words = at === -1 ? args : args.slice(0, at);
  let exit = 0;
  const ending: Ending = {
    tell: (status) => {
      exit = status;
    },
    program: at === -1 ? [] : args.slice(at + 1),
  };
  const { program, current } = programFor(ending);
  try {
    if (args.length === 0) print(program.helpInformation());
    else await program.parseAsync(words, { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printError(error);
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return 2; // a group without a command: its help is printed
    inform(`hypertide: ${mistake(error, current(), words)}`);
    const { program: takes } = loaded.get(current()) ?? {};
    inform(
      takes === undefined
        ? `("${pathOf(current())} --help" shows ${current().commands.length > 0 ? 'its commands' : 'what it takes'})`
        : ON_PROGRAM,
    );
    return 2;
  }
}

/** After a mistake in a command that takes a program: most often, the options of the program were taken for its own. */
const ON_PROGRAM = '(the command of your program comes after --, as in: -- python3 train.py --lr {lr})';

/** The whole program, for what lists its commands: references, and the completion of shells. */
export async function wholeProgram(): Promise<Commander> {
  const { program, load } = programFor({ tell: () => {}, program: [] });
  for (const complete of load.values()) await complete();
  return program;
}

/** Runs the command line of this process. */
export async function start(): Promise<void> {
  process.on('uncaughtException', (error) => process.exit(printError(error)));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : printError(error)); // the reader of a pipe has seen enough
  });
  process.stderr.on('error', () => {}); // there is no place left to report it
  process.exitCode = await main(process.argv.slice(2));
}
