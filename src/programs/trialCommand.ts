import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Params } from '../facts/facts.ts';
import { UsageError } from '../text/usage.ts';
import type { Examples } from './exampleReader.ts';
import { checkVariables } from './programRun.ts';
import { type CommandTemplate, mentions, parseTemplate, unmentioned } from './template.ts';

type AnySpace = { toJSON(): { readonly parameters: object } };

/**
 * The command of a trainer, checked as far as possible without values.
 *
 * @param examples of the study, if it has examples.
 * @throws UsageError, TemplateError
 */
export function commandOf(words: readonly string[] | undefined, space: AnySpace, examples: Examples | undefined): CommandTemplate {
  if (words === undefined) throw new UsageError('there is no command to run; add it after --, or to the study file');
  const parameters = Object.keys(space.toJSON().parameters);
  checkVariables(parameters);
  const command = parseTemplate(words, parameters);
  if (examples === undefined && !parameters.includes('examples') && mentions(command, ['examples']))
    throw new UsageError(
      '{examples}: the study has no examples; write "examples: N" or "examples: FILE" (a name a line) in its study file before the first run',
    );
  const broken = typeof examples === 'object' && examples.find((name) => name !== name.trim() || /[\r\n]/.test(name));
  if (broken)
    throw new UsageError(
      `examples: expected names of one line without blanks around, as programs get them in a file, got ${JSON.stringify(broken)}`,
    );
  const [program] = command;
  if (program?.type === 'text' && program.parts.length === 1) checkIsProgram(program.parts[0]!);
  return command;
}

/** @throws UsageError if there is no such program; Python may have another name. */
export function checkIsProgram(name: string): void {
  if (isProgram(name)) return;
  const other = name === 'python' ? 'python3' : name === 'python3' ? 'python' : undefined;
  throw new UsageError(`${name}: there is no such program${other && isProgram(other) ? `; did you mean ${other}?` : ''}`);
}

/** The names in a message, of which it lists this many. */
const LISTED = 3;

/** The message about parameters that the command does not pass; undefined if it passes all. */
export function notPassed(command: CommandTemplate, space: AnySpace): string | undefined {
  const all = Object.keys(space.toJSON().parameters);
  const missing = unmentioned(command, all);
  if (missing.length === 0) return undefined;
  const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
  const which = missing.length === all.length ? 'no parameter' : `not ${missing.slice(0, LISTED).join(', ')}${more}`;
  return `the command passes ${which}: fine if the program reads HYPERTIDE_PARAMS, otherwise add {args}`;
}

/**
 * The path of a file of metrics, with placeholders for the number of the trial and other values.
 *
 * @throws UsageError if trials at the same time would share the file.
 * @throws TemplateError
 */
export function metricFileOf(path: string | undefined, space: AnySpace, parallel: number): CommandTemplate | undefined {
  if (path === undefined) return undefined;
  const template = parseTemplate([path], Object.keys(space.toJSON().parameters));
  const own = unmentioned(template, OWN).length < OWN.length;
  if (parallel > 1 && !own)
    throw new UsageError(`${path}: ${parallel} trials at a time would write the same file of metrics; write {trial} or {slot} in its path`);
  return template;
}

/** Placeholders that differ between trials that run at the same time. */
const OWN = ['trial', 'slot'];

const isProgram = (name: string): boolean =>
  name.includes('/') ? existsSync(name) : (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)));

/** Saves the command of a trial, for people. If the disk is full, it is not saved, which must not fail the trial. */
export function keepCommand(path: string, words: readonly string[]): void {
  try {
    writeFileSync(path, `${JSON.stringify(words)}\n`);
  } catch {}
}

/**
 * The program and the arguments that a trial ran.
 *
 * @param paths its files, which may be left from another study with this name.
 * @returns undefined if they were not saved, are not valid, or have other parameters.
 */
export function keptCommand(paths: { readonly command: string; readonly params: string }, params: Params): readonly string[] | undefined {
  try {
    if (JSON.stringify(JSON.parse(readFileSync(paths.params, 'utf8'))) !== JSON.stringify(params)) return undefined;
    const words: unknown = JSON.parse(readFileSync(paths.command, 'utf8'));
    return Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}
