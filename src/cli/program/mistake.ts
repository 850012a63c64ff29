import type { Command } from 'commander';
import { nearest } from '../../schema/nearest.ts';

const VALUE =
  /^(?:option '(?:-\w, )?(--[\w-]+)[^']*' argument|command-argument value) '(.*)' is invalid(?: for argument '(.*)')?\. (.*)\.$/s;
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
  const [, option, given, name, reason] = VALUE.exec(line) ?? [];
  if (given === undefined || reason === undefined) return line;
  const choices = /^Allowed choices are (.*)$/.exec(reason)?.[1];
  const expected = choices === undefined ? reason : `expected one of ${choices}`;
  const hint = choices === undefined ? '' : nearest(given, choices.split(', '));
  const order = name !== undefined && /\.(?:jsonl|ya?ml)$/.test(given) ? `; the ${name} comes before the journal` : '';
  return `${option ?? name}: ${expected}, got ${given}${hint || order}`;
}
