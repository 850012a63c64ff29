import { UserError } from '../errors.ts';
import type { Params } from '../facts/facts.ts';
import { nearest } from '../schema/nearest.ts';
import { valueText } from '../space/value.ts';
import { argumentsOf } from '../study/programArguments.ts';

/** Names besides parameters that an argument can mention. A parameter of the same name takes precedence. */
export const RUNNER_NAMES = ['study', 'trial', 'attempt', 'slot', 'budget', 'resumes', 'checkpoint', 'examples', 'params'] as const;
type RunnerName = (typeof RUNNER_NAMES)[number];

/** A validated command with placeholders. */
export type CommandTemplate = readonly Argument[];

type Argument =
  /** Texts and the names between them, in turn: `a{x}b` is `['a', 'x', 'b']`. */
  | { readonly type: 'text'; readonly parts: readonly string[] }
  /** `{args}`: all active parameters. */
  | { readonly type: 'args' };

/** The values for a template. Parameters without a value are inactive. */
export interface Filling extends Readonly<Partial<Record<Exclude<RunnerName, 'params'>, string | number>>> {
  readonly params: Params;
  /** Path of the file that holds them. */
  readonly paramsFile?: string;
}

/** A command has an unknown name in braces. */
export class TemplateError extends UserError {
  override readonly name = 'TemplateError';
  readonly code = 'command-template';
}

/**
 * Reads a command in which `{name}`, anywhere within an argument, stands for the value of a parameter or one of {@link RUNNER_NAMES}, and
 * an argument `{args}` for `--name value` of every active parameter. `{?name}` stands for nothing, and drops the argument unless the boolean
 * parameter is true: `--amsgrad{?amsgrad}` is a flag without a value. `{!name}` does the same unless it is false: `--no-bias{!bias}`. `{{` and `}}` stand for a brace, as does a brace that encloses no name, such as
 * in JSON.
 *
 * @param parameters names of all parameters, conditional ones included.
 * @throws TemplateError for an unknown name, with the nearest one.
 *
 * @example
 * parseTemplate(['python', 'train.py', '--lr', '{lr}', '--out=runs/{trial}'], ['lr', 'layers']);
 */
export function parseTemplate(command: readonly string[], parameters: readonly string[]): CommandTemplate {
  if (command.length === 0 || command[0] === '') throw new TemplateError('there is no command to run');
  return command.map((argument) => parseArgument(argument, parameters));
}

/** A command as it was written. */
export const templateText = (command: CommandTemplate): string =>
  command
    .map((argument) => (argument.type === 'args' ? '{args}' : argument.parts.map((part, i) => (i % 2 ? `{${part}}` : part)).join('')))
    .join(' ');

function parseArgument(argument: string, parameters: readonly string[]): Argument {
  const names = [...parameters, ...RUNNER_NAMES];
  if (argument === '{args}' && !names.includes('args')) return { type: 'args' };
  const parts = [''];
  let end = 0;
  for (const match of argument.matchAll(/\{\{|\}\}|\{([^{}]+)\}/g)) {
    const text = argument.slice(end, match.index);
    end = match.index + match[0].length;
    const name = match[1];
    if (name !== undefined && names.includes(name.replace(/^[?!]/, ''))) {
      parts[parts.length - 1] += text;
      parts.push(name, '');
    } else if (name !== undefined && !JSON_LIKE.test(name)) throw unknown(argument, name, parameters);
    else parts[parts.length - 1] += text + (name === undefined ? match[0][0] : match[0]);
  }
  parts[parts.length - 1] += argument.slice(end);
  return { type: 'text', parts };
}

/** The contents of braces in JSON and in Python dictionaries, as opposed to a name. */
const JSON_LIKE = /["':]/;

function unknown(argument: string, name: string, parameters: readonly string[]): TemplateError {
  const meant = nearest(name, [...parameters, ...RUNNER_NAMES]) || `; the study has ${parameters.join(', ')}`;
  const hint = name === 'args' ? '; {args} must be an argument of its own' : meant;
  const place = argument === `{${name}}` ? '' : `${argument}: `;
  return new TemplateError(`${place}{${name}} is not a parameter${hint} (write {{ for a brace)`);
}

/**
 * The arguments of one run. An argument that mentions something inactive is dropped. If it is not an option itself, a flag directly before it without
 * placeholder and value is dropped too: `--momentum {momentum}` disappears if there is no momentum.
 *
 * @throws TemplateError if that drops the program itself.
 */
export function fillTemplate(template: CommandTemplate, filling: Filling): string[] {
  const filled: string[] = [];
  for (const [i, argument] of template.entries()) {
    if (argument.type === 'args') {
      filled.push(...argumentsOf(filling.params));
      continue;
    }
    const texts = argument.parts.map((part, k) => (k % 2 === 0 ? part : textOf(part, filling)));
    if (texts.every((text) => text !== undefined)) filled.push(texts.join(''));
    else if (i === 0) throw new TemplateError(`${argument.parts[1]}: the program to run depends on a parameter that is not active`);
    else if (!argument.parts[0]!.startsWith('--') && isFlag(template[i - 1]!)) filled.pop();
  }
  return filled;
}

/** The parameters that a command does not pass, not even in a file. The program can still read them from its environment. */
export function unmentioned(template: CommandTemplate, parameters: readonly string[]): string[] {
  const mentioned = new Set(template.flatMap((argument) => (argument.type === 'args' ? parameters : namesIn(argument.parts))));
  return mentioned.has('params') ? [] : parameters.filter((name) => !mentioned.has(name));
}

/** Whether a command mentions one of some names. */
export const mentions = (command: CommandTemplate, names: readonly string[]): boolean =>
  command.some((argument) => argument.type === 'text' && namesIn(argument.parts).some((name) => names.includes(name)));

/** The names that an argument mentions. */
const namesIn = (parts: readonly string[]): string[] => parts.filter((_, k) => k % 2 === 1).map((name) => name.replace(/^[?!]/, ''));

const isFlag = (argument: Argument): boolean =>
  argument.type === 'text' && argument.parts.length === 1 && /^--?[A-Za-z][^=]*$/.test(argument.parts[0]!);

function textOf(name: string, filling: Filling): string | undefined {
  if (/^[?!]/.test(name)) return filling.params[name.slice(1)] === name.startsWith('?') ? '' : undefined;
  if (Object.hasOwn(filling.params, name)) return valueText(filling.params[name]);
  const value = name === 'params' ? filling.paramsFile : filling[name as Exclude<RunnerName, 'params'>];
  return value === undefined ? undefined : String(value);
}
