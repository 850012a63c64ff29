import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFor } from '../../src/cli/program/program.ts';
import { factSchemas } from '../../src/facts/facts.ts';
import type { Schema } from '../../src/facts/schema.ts';

const reference = fileURLToPath(new URL('../../docs/reference', import.meta.url));
export const commandsFile = join(reference, 'commands.md');
export const factsFile = join(reference, 'facts.md');

/** The commands with their help, in Markdown. */
export function commandsText(): string {
  const program = programFor(() => {});
  const groups = new Set(program.commands.map((command) => command.helpGroup()));
  const sections = [...groups].map((group) => {
    const parts = program.commands
      .filter((command) => command.helpGroup() === group)
      .map((command) => {
        let help = '';
        command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
        return `### ${command.name()}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
      });
    return `## ${group.replace(/:$/, '')}\n\n${parts.join('\n')}`;
  });
  return `# Commands

This page is made from the help of the command line, by \`npm run schema\`. \`hypertide <command> --help\` prints the same.

The exit status is 0 if all is done, 1 if something is not as expected, 2 for wrong usage or input, 3 if every study of
\`serve\` has failed, 4 if \`verify\` found no suggestion that it could check, 5 if results are in another file because the disk
was full, and 130 after Ctrl-C.

${sections.join('\n')}`;
}

/** The facts of a log with their fields, in Markdown. */
export function factsText(): string {
  const sections = Object.entries(factSchemas).map(([type, { description, properties, required }]) => {
    const fields = Object.entries(properties!).filter(([name]) => name !== 'type');
    return `## ${type}\n\n${sentence(description!)}\n\n${rowsOf(fields, required!)}\n`;
  });
  return `# Facts

This page is made from the schemas that facts are checked with, by \`npm run schema\`. \`hypertide asyncapi\` prints them as JSON Schema.

A line of a journal is a fact, with the time of its entry and its author. Fields that this page does not list are ignored.

${sections.join('\n')}`;
}

function rowsOf(fields: readonly (readonly [name: string, Schema])[], required: readonly string[]): string {
  const rows = fields.map(([name, schema]) => {
    const { description = '' } = schema;
    return `| \`${name}\`${required.includes(name) ? ' (required)' : ''} | ${expected(schema)} | ${description} |`;
  });
  return `| field | expects | meaning |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

/** What a field holds, in words. */
function expected(schema: Schema): string {
  if ('oneOf' in schema) return schema.oneOf.map(expected).join(' or ');
  if (!('type' in schema)) return 'const' in schema ? `\`${schema.const}\`` : 'any JSON';
  switch (schema.type) {
    case 'string':
      return schema.enum ? schema.enum.map((name) => `\`${name}\``).join(', ') : `text, at most ${schema.maxLength} characters`;
    case 'integer':
      return `a whole number${schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`}`;
    case 'number':
      return `a number${schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`}`;
    case 'null':
      return 'null';
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list, each ${expected(schema.items)}`;
    case 'object':
      return schema.properties ? `{ ${Object.keys(schema.properties).join(', ')} }` : 'an object';
  }
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
