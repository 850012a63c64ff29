import { stringify } from 'yaml';
import { crossingIn, programNamed } from '../space/known/known.ts';
import type { KnownParameter } from '../space/known/programs.ts';
import { parameterTypes } from '../space/types/dimension.ts';
import { usualDirection } from '../text/names.ts';
import type { Argument, Flag, ProgramHelp } from './programHelp.ts';

const ONE_LINE = { collectionStyle: 'flow', lineWidth: 0 } as const;

interface DraftOptions {
  /** The most epochs that a trial trains. */
  readonly epochs?: number | undefined;
  /** The name of the printed value to optimise. */
  readonly metric?: string | undefined;
}

/**
 * The text of a study file for a program. Ranges are guessed from its defaults; what cannot be guessed is a comment.
 *
 * @param words the program and its fixed arguments; none for an example
 */
export function draftStudy(words: readonly string[], program: ProgramHelp, { epochs, metric }: DraftOptions): string {
  const { found, flags } = program;
  const isApart = found.some(({ name, option }) => name.includes('-') || option !== `--${name}`);
  const added = (argument: Argument) => (isApart && !hasRange(argument) ? `, and add ${placeOf(argument)} to the command` : '');
  const parameters =
    found.length > 0
      ? found.map((argument) => parameterOf(argument) + added(argument))
      : ['  lr: { type: float, low: 1e-5, high: 0.1, log: true }   # an example'];
  // {args} also passes parameters that you add later. It writes --name with underscores, so any other option needs its own placeholder.
  const places = isApart ? found.filter(hasRange).map(placeOf) : ['{args}'];
  const command = words.length > 0 ? [...words, ...places] : [];
  return [
    `# The search space. Types: ${Object.keys(parameterTypes).join(', ')}. Check the ranges: they were guessed from the defaults.`,
    ...sourceOf(program),
    'parameters:',
    ...parameters,
    ...flags.map(flagOf),
    '',
    objectiveOf(program, metric),
    epochsOf(program, epochs),
    ...(crosses(program) ? ['result: best   # its best round counts: a boosted model may get worse again'] : []),
    'trials: 100',
    'parallel: 1   # programs that run at a time',
    ...(command.length > 0 ? [`command: ${JSON.stringify(command.join(' '))}`] : []),
    '',
  ].join('\n');
}

/** Where known ranges and priors come from, and how to do without them. */
function sourceOf({ program, found }: ProgramHelp): string[] {
  if (program === undefined) return [];
  const names = found.filter(({ known }) => known).map(keyOf);
  const { source, parameters } = programNamed(program);
  if (names.length === 0) return [`# ${program} has ${Object.keys(parameters).join(', ')}: see "Known parameters" in the documentation.`];
  return [`# ${names.join(', ')} of ${program}: ${source}. Add "priors: none" to search without priors.`];
}

function objectiveOf({ printed }: ProgramHelp, metric: string | undefined): string {
  if (metric !== undefined) return `objective: minimize ${metric}   # the name under which your program prints its value`;
  if (printed !== undefined) return `objective: ${usualDirection(printed)} ${printed}   # guessed: the program seems to print it`;
  return 'objective: minimize   # the value that your program prints; if it prints several, name one: minimize val_loss';
}

/** Whether the program boosts trees, so that its trials train to the end. */
const crosses = ({ program, found }: ProgramHelp): boolean => crossingIn(found.map(keyOf), program) !== undefined;

function epochsOf(help: ProgramHelp, epochs: number | undefined): string {
  const { length } = help;
  if (epochs !== undefined && crosses(help))
    return `epochs: ${epochs}   # the rounds of a trial; in boosting, low learning rates are last at first, so no trial is stopped early (early: true stops those that fall behind)`;
  if (epochs !== undefined) return `epochs: ${epochs}   # the most that a trial trains; trials that fall behind are stopped`;
  const source = length ? `the default of ${length.option}; ` : '';
  return `# epochs: ${length?.epochs ?? 'N'}   # ${source}the most that a trial trains: turns on early stopping, if the program prints its value after each epoch`;
}

/** Parameters that are better searched on a logarithmic scale. */
const LOGARITHMIC = /(?:^|[-_.])(?:lr|eta|rate|C|decay|alpha|lambda|l1|l2|reg|gamma|eps|epsilon|wd|temperature)(?:$|[-_])/i;
/** Step sizes, which are useless above 1. */
const RATES = /(?:^|[-_.])(?:lr|eta|rate)$/i;
/** Shares of the data or of the features: with none of them, there is no training. */
const SHARES = /sample|fraction|ratio|keep/i;

/** A parameter in YAML, with a range around its default. Without a default, only a person knows the range. */
function parameterOf(argument: Argument): string {
  const { name, choices, default: otherwise, type, low: least, high: most } = argument;
  const key = keyOf(argument);
  if (argument.known) return knownLine(key, argument.known);
  if (least !== undefined && most !== undefined) return `  ${key}: { type: ${type ?? 'float'}, low: ${least}, high: ${most} }`;
  if (choices) return `  ${key}: { type: choice, values: [${choices.join(', ')}] }`;
  const value = Number(otherwise);
  if (otherwise === undefined || otherwise === '' || !Number.isFinite(value)) {
    const guess = guessOf(name, type);
    const why = otherwise === undefined ? 'no default in its help' : `default: ${otherwise}`;
    const isText = type === 'str' || !(otherwise === undefined || /^(?:|None|null)$/.test(otherwise));
    if (isText || (type === undefined && !LOGARITHMIC.test(name))) return `  # ${key}: { ${guess} }   # ${why}; write a range`;
    return `  ${key}: { ${guess} }   # guessed: ${why}`;
  }
  const [low, high] = rangeAround(name, value);
  if (Number.isInteger(value) && !/[.e]/i.test(otherwise) && type !== 'float' && !LOGARITHMIC.test(name))
    return `  ${key}: { type: int, low: ${least ?? Math.max(value >= 1 ? 1 : 0, Math.floor(value / 4))}, high: ${most ?? Math.max(2, 4 * value)} }`;
  if (value > 0 && (LOGARITHMIC.test(name) || value < 0.01)) return `  ${key}: { type: float, low: ${low}, high: ${high}, log: true }`;
  return `  ${key}: { type: float, low: ${least ?? lowest(name)}, high: ${most ?? (value > 0 && value <= 1 ? highest(name) : Math.max(1, 4 * value))} }`;
}

/** A range where only the name, and perhaps the type, says something about the values. */
const guessOf = (name: string, type: string | undefined): string => {
  if (type === 'int') return 'type: int, low: 1, high: 10';
  return LOGARITHMIC.test(name)
    ? 'type: float, low: 1e-5, high: 0.1, log: true'
    : `type: float, low: ${lowest(name)}, high: ${highest(name)}`;
};

const lowest = (name: string): number => (SHARES.test(name) ? 0.1 : 0);

/** The end of a range that begins with 0: a network that drops every unit learns nothing. */
const highest = (name: string): number => (/drop/i.test(name) ? 0.9 : 1);

/** Two powers of ten below a value to two above. */
const rangeAround = (name: string, value: number): readonly [low: number, high: number] => [
  decimal(value / 100),
  RATES.test(name) && value <= 1 ? Math.min(1, decimal(value * 100)) : decimal(value * 100),
];
const decimal = (value: number): number => Number(value.toPrecision(2));

/** A known parameter as a line of a study file. */
function knownLine(name: string, { dimension, default: otherwise, note }: KnownParameter): string {
  const about = [...(otherwise === undefined ? [] : [`default ${JSON.stringify(otherwise)}`]), ...(note === undefined ? [] : [note])];
  return `  ${name}: ${stringify(dimension, ONE_LINE).trim()}${about.length > 0 ? `   # ${about.join('; ')}` : ''}`;
}

/** Few flags are hyperparameters, so a person has to choose them. */
const flagOf = (flag: Flag): string => {
  const [key, { name, hasNegation }] = [keyOf(flag), flag];
  const off = hasNegation ? ` --no-${name}{!${key}}` : '';
  return `  # ${key}: { type: boolean }   # a flag: to search it, remove the first #, and add --${name}{?${key}}${off} to the command`;
};

const keyOf = ({ name }: Argument | Flag): string => name.replaceAll('-', '_');
const placeOf = (argument: Argument): string => `${argument.option}${argument.option.endsWith('=') ? '' : ' '}{${keyOf(argument)}}`;
/** Whether the file has a range for an argument, even a guessed one. */
export const hasRange = (argument: Argument): boolean => !parameterOf(argument).trimStart().startsWith('#');
