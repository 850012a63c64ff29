import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { omitUndefined } from '../../../omitUndefined.ts';
import { inform, writeOutput } from '../../terminal/output.ts';
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
  readonly help: string;
}

/** `hypertide init`: writes a study file, from what `--help` of the program says. Resolves with the exit status. */
export async function initStudy(
  words: readonly string[],
  { output = 'study.yaml', epochs, metric = 'loss' }: InitOptions,
): Promise<number> {
  if (existsSync(output)) throw new UsageError(`${output}: exists already; choose another file with --output, or remove it`);
  const found = words.length > 0 ? argumentsIn(helpOf(words)) : [];
  await writeOutput(output, studyOf(words, found, epochs, metric));
  const open = found.filter((argument) => !isKnown(argument)).map(({ name }) => name);
  const count = found.length - open.length;
  inform(
    `${output}: ${count} ${count === 1 ? 'parameter' : 'parameters'}${open.length > 0 ? `; write a range for ${open.join(', ')}, or remove it` : ''}`,
  );
  if (open.length > 0 && open.length === found.length)
    inform('argparse shows defaults with formatter_class=argparse.ArgumentDefaultsHelpFormatter, for arguments that have a help text');
  inform(`next: check the ranges, then run: hypertide check ${output}`);
  return 0;
}

/** @throws UsageError if the program has no help. */
function helpOf([program = '', ...args]: readonly string[]): string {
  const { stdout, stderr, error, status } = spawnSync(program, [...args, '--help'], { encoding: 'utf8', timeout: 60_000 });
  if (error) throw new UsageError(`${program} does not run (${error.message})`);
  if (status !== 0)
    throw new UsageError(`${[program, ...args].join(' ')} --help: exited ${status}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  return stdout;
}

/** The options with a value in a help text, as argparse, click and commander write them. */
export function argumentsIn(help: string): Argument[] {
  const found: Argument[] = [];
  const blocks = help.split(/\n(?=\s{1,8}-)/).slice(1);
  for (const block of blocks) {
    const [, name, value = ''] =
      /^\s*(?:-\w(?: [^\s,]+)?, )?--([\w-]+)(?:[ =](\{[^}]*\}|\[[^\]]*\]|<[^>]*>|[A-Z][\w.]*))?/.exec(block) ?? [];
    if (name === undefined || value === '' || FIXED.test(name)) continue;
    const text = block.replace(/\s+/g, ' ');
    const [, otherwise] = /[[(]default[:=]? *"?([^")\]]*)"?[)\]]/i.exec(text) ?? [];
    const choices = /^\{.*\}$/.test(value)
      ? value.slice(1, -1).split(',')
      : /^\[.*\|.*\]$/.test(value)
        ? value.slice(1, -1).split('|')
        : undefined;
    const rest = text.slice(text.indexOf(value) + value.length).trim();
    found.push(omitUndefined({ name, help: rest, choices, default: otherwise?.trim() }));
  }
  return found;
}

/** Arguments that are no hyperparameters: where things are, how much is printed, how long a training takes. */
const FIXED =
  /^(?:help|version|seed|epochs?|num[-_]epochs|device|gpus?|workers|num[-_]workers|(?:.*[-_])?(?:dir|path|file|root|log|name|out|output|data|dataset|checkpoint|resume|host|port|url|interval))$/i;

/** What is better searched on a logarithmic scale. */
const LOGARITHMIC = /(?:^|[-_])(?:lr|rate|decay|alpha|lambda|l1|l2|reg|gamma|eps|epsilon|wd|temperature)(?:$|[-_])/i;

/** A parameter in YAML, with a range around its default. Of one without a default only a person knows the range. */
function parameterOf({ name, choices, default: otherwise }: Argument): string {
  const key = name.replaceAll('-', '_');
  if (choices) return `  ${key}: { type: choice, values: [${choices.join(', ')}] }`;
  const value = Number(otherwise);
  if (otherwise === undefined || otherwise === '' || !Number.isFinite(value))
    return `  # ${key}: { type: float, low: 0, high: 1 }   # ${otherwise === undefined ? 'no default in its help' : `default: ${otherwise}`}; write a range`;
  const [low, high] = rangeAround(value);
  if (Number.isInteger(value) && !/[.e]/i.test(otherwise) && !LOGARITHMIC.test(name))
    return `  ${key}: { type: int, low: ${Math.max(value >= 1 ? 1 : 0, Math.floor(value / 4))}, high: ${Math.max(2, 4 * value)} }`;
  if (value > 0 && (LOGARITHMIC.test(name) || value < 0.01)) return `  ${key}: { type: float, low: ${low}, high: ${high}, log: true }`;
  return `  ${key}: { type: float, low: 0, high: ${value > 0 && value <= 1 ? 1 : Math.max(1, 4 * value)} }`;
}

/** Two powers of ten below a value to two above. */
const rangeAround = (value: number): readonly [low: number, high: number] => [decimal(value / 100), decimal(value * 100)];
const decimal = (value: number): number => Number(value.toPrecision(2));

function studyOf(words: readonly string[], found: readonly Argument[], epochs: number | undefined, metric: string): string {
  const parameters = found.length > 0 ? found.map(parameterOf) : ['  lr: { type: float, low: 1e-5, high: 0.1, log: true }   # an example'];
  // With {args}, a parameter that you write later is passed too. It keeps underscores, so a flag with a dash needs its own place.
  const places = found.every(({ name }) => !name.includes('-'))
    ? found.slice(0, 1).map(() => '{args}')
    : found.filter(isKnown).map(({ name }) => `--${name} {${name.replaceAll('-', '_')}}`);
  const command = words.length > 0 ? [...words, ...places] : [];
  return [
    '# The search space. Types: float, int, choice, ordinal, boolean, constant. Check the ranges: they were guessed from the defaults.',
    'parameters:',
    ...parameters,
    '',
    `objective: minimize ${metric}   # the name under which your program prints its value`,
    epochs === undefined
      ? '# epochs: 81   # the most that a trial trains: turns on early stopping, if the program prints its value after each epoch'
      : `epochs: ${epochs}   # the most that a trial trains; trials that fall behind are stopped`,
    'trials: 100',
    'parallel: 1   # programs that run at a time',
    ...(command.length > 0 ? [`command: ${JSON.stringify(command.join(' '))}`] : []),
    '',
  ].join('\n');
}

const isKnown = (argument: Argument): boolean => !parameterOf(argument).trimStart().startsWith('#');
