import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UsageError } from '../usage.ts';
import { checkVariables } from './job.ts';
import { parseTemplate, type Template } from './template.ts';

/** The command of a trainer, checked as far as that is possible before there are values to fill in. @throws UsageError, TemplateError */
export function commandOf(words: readonly string[] | undefined, space: { toJSON(): { readonly parameters: object } }): Template {
  if (words === undefined) throw new UsageError('there is no command to run; add it after --, or to the study file');
  const parameters = Object.keys(space.toJSON().parameters);
  checkVariables(parameters);
  const command = parseTemplate(words, parameters);
  const [program] = command;
  if (program?.type === 'text' && program.parts.length === 1 && !isProgram(program.parts[0]!)) {
    throw new UsageError(`${program.parts[0]}: there is no such program`);
  }
  return command;
}

const isProgram = (name: string): boolean =>
  name.includes('/') ? existsSync(name) : (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)));
