import { stringify } from 'yaml';
import { crossingIn, programNamed } from '../space/known/known.ts';
import type { KnownParameter } from '../space/known/programs.ts';
import { parameterTypes } from '../space/types/dimension.ts';
import { usualDirection } from '../text/names.ts';
import { EMPTY, rangeOf } from './guessedRange.ts';
import type { HelpEntry } from './helpText.ts';
import type { Argument, ProgramHelp } from './programHelp.ts';

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
  const variables = places.flatMap((place) => (place.startsWith('$') ? place.slice(1) : []));
  const rest = places.filter((place) => !place.startsWith('$')).sort((a, b) => Number(a.startsWith('{')) - Number(b.startsWith('{')));
  const command = words.length > 0 ? [...(variables.length > 0 ? ['env', ...variables] : []), ...words, ...rest] : [];
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

/** A parameter in YAML, as a comment if neither its default nor its name says anything about its values. */
function parameterOf(argument: Argument): string {
  const { choices, default: otherwise = '', isRequired, known, when: condition } = argument;
  const key = keyOf(argument);
  const when = condition ? `, when: ${stringify(condition, ONE_LINE).trim()}` : '';
  if (known) return knownLine(key, known);
  if (choices) return `  ${key}: { type: choice, values: [${choices.join(', ')}]${when} }`;
  const { type, low, high, scale, from } = rangeOf(argument);
  const line = `${key}: { type: ${type}, low: ${low}, high: ${high}${scale ? `, ${scale}: true` : ''}${when} }`;
  if (from === 'default') return `  ${line}`;
  if (isRequired) return `  ${line}   # guessed: it is required, and has no default`;
  const why = EMPTY.test(otherwise) ? 'no default in its help' : `default: ${otherwise}`;
  return from === 'name' ? `  ${line}   # guessed: ${why}` : `  # ${line}   # ${why}; write a range`;
}

/** A known parameter as a line of a study file. */
function knownLine(name: string, { dimension, default: otherwise, note }: KnownParameter): string {
  const about = [...(otherwise === undefined ? [] : [`default ${JSON.stringify(otherwise)}`]), ...(note === undefined ? [] : [note])];
  return `  ${name}: ${stringify(dimension, ONE_LINE).trim()}${about.length > 0 ? `   # ${about.join('; ')}` : ''}`;
}

/** Few flags are hyperparameters, so a person has to choose them. */
const flagOf = (flag: HelpEntry): string => {
  const [key, { name, hasNegation }] = [keyOf(flag), flag];
  const off = hasNegation ? ` --no-${name}{!${key}}` : '';
  return `  # ${key}: { type: boolean }   # a flag: to search it, remove the first #, and add --${name}{?${key}}${off} to the command`;
};

const keyOf = ({ name }: Argument | HelpEntry): string => name.replaceAll('-', '_');
const placeOf = (argument: Argument): string =>
  `${argument.option}${argument.option === '' || argument.option.endsWith('=') ? '' : isSigned(argument) ? '=' : ' '}{${keyOf(argument)}}`;
/** Whether a value may begin with a dash, which parsers would take for an option. */
const isSigned = (argument: Argument): boolean => argument.option.startsWith('--') && / low: -/.test(parameterOf(argument));
/** Whether the file has a range for an argument, even a guessed one. */
export const hasRange = (argument: Argument): boolean => !parameterOf(argument).trimStart().startsWith('#');
