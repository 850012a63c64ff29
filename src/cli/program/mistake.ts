import type { Command } from 'commander';
import { nearest } from '../../schema/nearest.ts';

const VALUE =
  /^(?:option '(?:-\w, )?(--[\w-]+)[^']*' argument|command-argument value) '(.*)' is invalid(?: for argument '(.*)')?\. (.*)\.$/s;
const UNKNOWN = /^unknown option '(--[\w-]+)'$/;
const MISSING = /^missing required argument '(.*)'$/;

/** What commander says about a mistake, as the other messages say it. @param text a line that begins with "error: ", and further ones */
export function mistake(text: string, program: Command): string {
  const [, line, rest] = /^error: (.*)(\n.*)?$/s.exec(text) ?? [];
  return line === undefined ? text : `hypertide: ${said(line.trimEnd(), program)}${rest ?? '\n'}`;
}

function said(line: string, program: Command): string {
  const [, argument] = MISSING.exec(line) ?? [];
  if (argument !== undefined) {
    const choices = program.commands
      .flatMap(({ registeredArguments }) => registeredArguments)
      .find((one) => one.name() === argument)?.argChoices;
    return `${argument} is missing${choices ? `: expected one of ${choices.join(', ')}` : ''}`;
  }
  const [, unknown] = UNKNOWN.exec(line) ?? [];
  if (unknown !== undefined) return `${line}${hintOn(unknown, program)}`;
  const [, option, given, name, reason] = VALUE.exec(line) ?? [];
  if (given === undefined || reason === undefined) return line;
  const choices = /^Allowed choices are (.*)$/.exec(reason)?.[1];
  const expected = choices === undefined ? reason : `expected one of ${choices}`;
  const hint = choices === undefined ? '' : nearest(given, choices.split(', '));
  const order = name !== undefined && /\.(?:jsonl|ya?ml)$/.test(given) ? `; the ${name} comes before the journal` : '';
  return `${option ?? name}: ${expected}, got ${given}${hint || order}`;
}

/** The most commands that a hint names. */
const MOST_HINTS = 3;

/** Which commands have an option that this command does not have. */
function hintOn(option: string, program: Command): string {
  if (option === '--nats' && program.args[0] === 'run')
    return '; to run a study on a NATS server, start "hypertide serve" with the study file and "hypertide worker" with the program';
  const others = program.commands.filter(({ options }) => options.some(({ long }) => long === option)).map((command) => command.name());
  return others.length > 0 && others.length <= MOST_HINTS ? `; only ${others.join(' and ')} ${others.length > 1 ? 'have' : 'has'} it` : '';
}
