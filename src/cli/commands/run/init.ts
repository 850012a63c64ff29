import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { parameterTypes } from '../../../space/types/dimension.ts';
import { canonical, splitOf, usualDirection } from '../../runner/names.ts';
import { inform, suggestNext, writeOutput } from '../../terminal/output.ts';
import { UsageError } from '../../usage.ts';

export interface InitOptions {
  /** The path to write. */
  readonly output?: string;
  /** The most epochs that a trial trains. */
  readonly epochs?: number;
  /** The name of the printed value to optimise. */
  readonly metric?: string;
}

/** An argument of a program, as its help describes it. */
interface Argument {
  readonly name: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** What its values are, if the source says so. */
  readonly type?: string;
  readonly help: string;
}

/** `hypertide init`: writes a study file from the `--help` of the program. Resolves with the exit status. */
export async function initStudy(words: readonly string[], { output = 'study.yaml', epochs, metric }: InitOptions): Promise<number> {
  if (existsSync(output)) throw new UsageError(`${output}: exists already; choose another file with --output, or remove it`);
  const help = words.length > 0 ? helpOf(words) : '';
  const sources = words.filter((word) => word.endsWith('.py') && existsSync(word)).map((file) => readFileSync(file, 'utf8'));
  const [defaults, types] = [argparseSettings(sources, 'default'), argparseSettings(sources, 'type')];
  const found = argumentsIn(help).map((argument) =>
    omitUndefined({
      ...argument,
      default: argument.default ?? defaults.get(argument.name),
      type: types.get(argument.name),
    }),
  );
  const commands = found.length === 0 ? subcommandsIn(help) : [];
  if (commands.length > 0)
    throw new UsageError(
      `${words.join(' ')}: it has the commands ${commands.join(', ')}; name one, such as: hypertide init -- ${words.join(' ')} ${commands[0]}`,
    );
  const length = optionsIn(help).find(({ name }) => EPOCHS.test(name));
  const trained = Number(length && (length.default ?? defaults.get(length.name)));
  const usual = trained > 1 ? { epochs: trained, option: `--${length!.name}` } : undefined;
  const printed = metric === undefined ? printedIn(sources) : undefined;
  await writeOutput(output, studyOf(words, found, flagsIn(help), epochs, usual, metric, printed));
  if (words.length === 0) {
    inform(`${output}: an example with one parameter; replace it with those of your program`);
    suggestNext(`hypertide check ${output} -- python3 train.py`);
    return 0;
  }
  const open = found.filter((argument) => !isKnown(argument)).map(({ name }) => name);
  const count = found.length - open.length;
  inform(
    `${output}: ${count} ${count === 1 ? 'parameter' : 'parameters'}${open.length > 0 ? `; write a range for ${open.join(', ')}, or remove it if the program does not need it` : ''}`,
  );
  if (open.length > 0 && open.length === found.length)
    inform('argparse shows defaults with formatter_class=argparse.ArgumentDefaultsHelpFormatter, for arguments that have a help text');
  inform('check the ranges');
  suggestNext(`hypertide check ${output}`);
  return 0;
}

/** @throws UsageError if the program has no help. */
function helpOf([program = '', ...args]: readonly string[]): string {
  const { stdout, stderr, error, status } = spawnSync(program, [...args, '--help'], { encoding: 'utf8', timeout: 60_000 });
  if (error) throw new UsageError(`${program} cannot be started (${error.message})`);
  if (status !== 0)
    throw new UsageError(
      `${[program, ...args].join(' ')} --help: exited ${status}: ${lastErrorIn(stderr)}; "hypertide init" alone writes an example`,
    );
  return stdout;
}

/** The last line, or the one that names the error where Node prints its version below it. */
function lastErrorIn(text: string): string {
  const lines = text.trim().split('\n');
  const last = lines.at(-1)!;
  return /^Node\.js v\d/.test(last) ? (lines.findLast((line) => /^\w*Error\b/.test(line)) ?? last) : last;
}

/** The options with a value that are hyperparameters. */
export const argumentsIn = (help: string): Argument[] => optionsIn(help).filter(({ name }) => !FIXED.test(name) && !EPOCHS.test(name));

/** The options with a value in a help text, as argparse, click and commander write them. */
function optionsIn(help: string): Argument[] {
  const found: Argument[] = [];
  const blocks = help.split(/\n(?=\s{1,8}-)/).slice(1);
  for (const block of blocks) {
    const [, name, value = ''] =
      /^\s*(?:-\w(?: [^\s,]+)?, )?--([\w-]+)(?:[ =](\{[^}]*\}|\[[^\]]*\]|<[^>]*>|[A-Z][\w.]*))?/.exec(block) ?? [];
    if (name === undefined || value === '') continue;
    const text = block.replace(/\s+/g, ' ');
    const [, otherwise] = /[[(,] ?default[:=]? *"?([^")\]]*)"?[)\]]/i.exec(text) ?? [];
    const [, quoted] = /\(choices: ("[^)]*?")(?:, default|\))/.exec(text) ?? []; // as commander writes them
    const choices = /^\{.*\}$/.test(value)
      ? value.slice(1, -1).split(',')
      : /^\[.*\|.*\]$/.test(value)
        ? value.slice(1, -1).split('|')
        : quoted?.split(', ').map((choice) => choice.replaceAll('"', ''));
    const rest = text.slice(text.indexOf(value) + value.length).trim();
    found.push(omitUndefined({ name, help: rest, choices, default: otherwise?.trim() }));
  }
  return found;
}

/** The options without a value in a help text. */
export function flagsIn(help: string): string[] {
  return help
    .split(/\n(?=\s{1,8}-)/)
    .slice(1)
    .flatMap((block) => {
      const [, name] = /^\s*(?:-\w, )?--([\w-]+)(?:, --no-[\w-]+| \/ --no-[\w-]+)?(?:\s{2,}|\s*$|\s*\n)/.exec(block) ?? [];
      return name === undefined || FIXED.test(name) ? [] : [name];
    });
}

/** Defaults or types of arguments in the source of programs that use argparse, whose help shows no types, and defaults only on request. */
export function argparseSettings(sources: readonly string[], setting: 'default' | 'type'): ReadonlyMap<string, string> {
  const pattern = new RegExp(`\\b${setting}\\s*=\\s*(?:["']([^"']*)["']|([-+.\\w]+))`);
  const found = new Map<string, string>();
  for (const source of sources)
    for (const [, call = ''] of source.matchAll(/add_argument\(((?:[^()]|\([^()]*\))*)\)/g)) {
      const name = /["']--([\w-]+)["']/.exec(call)?.[1];
      const value = pattern.exec(call);
      if (name !== undefined && value) found.set(name, (value[1] ?? value[2])!);
    }
  return found;
}

/** A name and a formatted number, as in `f'val_loss={loss:.3f}'` and `'Test Acc: %.3f'`. */
const FORMATTED = /((?:(?:train|test|val|eval|dev)[a-z]* )?[A-Za-z]\w*)['"]?\s*[=:]\s*(?:\{|%[-+.\d]*[efg])/gi;

/** The value that Python programs seem to print, by the texts that they format: one on data for validation, or else the only one that is minimised. */
export function printedIn(sources: readonly string[]): string | undefined {
  const names = sources.flatMap((source) => [...source.matchAll(FORMATTED)].map(([, name]) => name!));
  const known = [...new Map(names.map((name) => [canonical(name), name])).values()].filter((name) => usualDirection(name) !== undefined);
  const validated = known.filter((name) => ['val', 'test', 'eval', 'dev', 'holdout'].includes(splitOf(name) ?? ''));
  const candidates = validated.length > 0 ? validated : known.filter((name) => splitOf(name) !== 'train');
  const minimised = candidates.filter((name) => usualDirection(name) === 'minimize');
  return [minimised, candidates].find((some) => some.length === 1)?.[0];
}

/** The subcommands of a program, as argparse and click show them. */
function subcommandsIn(help: string): string[] {
  const [, argparse] = /\{([\w-]+(?:,[\w-]+)*)\} \.\.\./.exec(help.replace(/\s+/g, ' ')) ?? [];
  if (argparse !== undefined) return argparse.split(',');
  const [, click = ''] = /^Commands:\n((?: {2}\S.*\n?)+)/m.exec(help) ?? [];
  return [...click.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name!);
}

/** Arguments for the length of a training. */
const EPOCHS = /^(?:(?:n|num|max)[-_]?)?(?:epochs?|iter|iters|iterations)$/i;

/** Arguments that are not hyperparameters: paths, verbosity, devices. */
const FIXED =
  /^(?:help|version|seed|device|gpus?|workers|num[-_]workers|(?:.*[-_])?(?:dir|path|file|root|log|name|out|output|data|dataset|checkpoint|resume|host|port|url|interval))$/i;

/** Parameters that are better searched on a logarithmic scale. */
const LOGARITHMIC = /(?:^|[-_])(?:lr|rate|decay|alpha|lambda|l1|l2|reg|gamma|eps|epsilon|wd|temperature)(?:$|[-_])/i;

/** A parameter in YAML, with a range around its default. Without a default, only a person knows the range. */
function parameterOf({ name, choices, default: otherwise, type }: Argument): string {
  const key = name.replaceAll('-', '_');
  if (choices) return `  ${key}: { type: choice, values: [${choices.join(', ')}] }`;
  const value = Number(otherwise);
  if (otherwise === undefined || otherwise === '' || !Number.isFinite(value)) {
    const guess = guessOf(name, type);
    const why = otherwise === undefined ? 'no default in its help' : `default: ${otherwise}`;
    const isText = type === 'str' || !(otherwise === undefined || /^(?:|None|null)$/.test(otherwise));
    if (isText || (type === undefined && !LOGARITHMIC.test(name))) return `  # ${key}: { ${guess} }   # ${why}; write a range`;
    return `  ${key}: { ${guess} }   # guessed: ${why}`;
  }
  const [low, high] = rangeAround(value);
  if (Number.isInteger(value) && !/[.e]/i.test(otherwise) && !LOGARITHMIC.test(name))
    return `  ${key}: { type: int, low: ${Math.max(value >= 1 ? 1 : 0, Math.floor(value / 4))}, high: ${Math.max(2, 4 * value)} }`;
  if (value > 0 && (LOGARITHMIC.test(name) || value < 0.01)) return `  ${key}: { type: float, low: ${low}, high: ${high}, log: true }`;
  return `  ${key}: { type: float, low: 0, high: ${value > 0 && value <= 1 ? highest(name) : Math.max(1, 4 * value)} }`;
}

/** A range where only the name, and perhaps the type, says something about the values. */
const guessOf = (name: string, type: string | undefined): string => {
  if (type === 'int') return 'type: int, low: 1, high: 10';
  return LOGARITHMIC.test(name) ? 'type: float, low: 1e-5, high: 0.1, log: true' : `type: float, low: 0, high: ${highest(name)}`;
};

/** The end of a range that begins with 0: a network that drops every unit learns nothing. */
const highest = (name: string): number => (/drop/i.test(name) ? 0.9 : 1);

/** Two powers of ten below a value to two above. */
const rangeAround = (value: number): readonly [low: number, high: number] => [decimal(value / 100), decimal(value * 100)];
const decimal = (value: number): number => Number(value.toPrecision(2));

/** Few flags are hyperparameters, so a person has to choose them. */
const flagOf = (name: string): string => {
  const key = name.replaceAll('-', '_');
  return `  # ${key}: { type: boolean }   # a flag: to search it, remove the first #, and add --${name}{?${key}} to the command`;
};

function studyOf(
  words: readonly string[],
  found: readonly Argument[],
  flags: readonly string[],
  epochs: number | undefined,
  usual: { readonly epochs: number; readonly option: string } | undefined,
  metric: string | undefined,
  printed: string | undefined,
): string {
  const dashed = found.some(({ name }) => name.includes('-'));
  const added = (argument: Argument) => (dashed && !isKnown(argument) ? `, and add ${placeOf(argument)} to the command` : '');
  const parameters =
    found.length > 0
      ? found.map((argument) => parameterOf(argument) + added(argument))
      : ['  lr: { type: float, low: 1e-5, high: 0.1, log: true }   # an example'];
  // {args} also passes parameters that you add later. It keeps underscores, so a flag with a dash needs its own placeholder.
  const places = dashed ? found.filter(isKnown).map(placeOf) : found.slice(0, 1).map(() => '{args}');
  const command = words.length > 0 ? [...words, ...places] : [];
  return [
    `# The search space. Types: ${Object.keys(parameterTypes).join(', ')}. Check the ranges: they were guessed from the defaults.`,
    'parameters:',
    ...parameters,
    ...flags.map(flagOf),
    '',
    printed !== undefined
      ? `objective: ${usualDirection(printed)} ${printed}   # guessed: the program seems to print it`
      : metric === undefined
        ? 'objective: minimize   # the value that your program prints; if it prints several, name one: minimize val_loss'
        : `objective: minimize ${metric}   # the name under which your program prints its value`,
    epochs === undefined
      ? `# epochs: ${usual?.epochs ?? 81}   # ${usual ? `the default of ${usual.option}; ` : ''}the most that a trial trains: turns on early stopping, if the program prints its value after each epoch`
      : `epochs: ${epochs}   # the most that a trial trains; trials that fall behind are stopped`,
    'trials: 100',
    'parallel: 1   # programs that run at a time',
    ...(command.length > 0 ? [`command: ${JSON.stringify(command.join(' '))}`] : []),
    '',
  ].join('\n');
}

const placeOf = ({ name }: Argument): string => `--${name} {${name.replaceAll('-', '_')}}`;
const isKnown = (argument: Argument): boolean => !parameterOf(argument).trimStart().startsWith('#');
