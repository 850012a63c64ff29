import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { groups } from '../../src/cli/commands.ts';
import { topics } from '../../src/cli/topics.ts';
import { factSchemas } from '../../src/facts/facts.ts';
import type { Schema } from '../../src/facts/schema.ts';

const reference = fileURLToPath(new URL('../../docs/reference', import.meta.url));
export const commandsFolder = join(reference, 'commands');
export const factsFile = join(reference, 'facts.md');

/** A command below the program, with the words that call it. A group is a command that has commands. */
export interface Called {
  readonly words: readonly string[];
  readonly command: Command;
}

/** All commands below one, each before those below it. */
export const calledOf = (command: Command, words: readonly string[] = []): Called[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .flatMap((below) => {
      const called = { words: [...words, below.name()], command: below };
      return [called, ...calledOf(below, called.words)];
    });

/** Pages in Markdown by the names of their files: one for each group, one for the topics of the help, and `index.md`, which lists them. */
export function commandPages(program: Command): ReadonlyMap<string, string> {
  const called = calledOf(program).filter(({ command }) => command.commands.length === 0);
  const short = called.filter(isShort);
  const isOf = (group: string) => (each: Called) => each.words[0] === group || (each.command.helpGroup() === group && !isShort(each));
  const lists = ['Every day', ...Object.keys(groups)].map((group) => [group, called.filter(isOf(group))] as const);
  const helps = Object.entries(topics).map(([topic, text]) => [`help ${topic}`, text.trimEnd()] as const);
  const rowOf = ({ words, command }: Called) => {
    const other = short.find((each) => each.command.summary() === command.summary());
    return `- ${linkTo(words)}${other ? ` or \`${other.words[0]}\`` : ''}: ${command.summary()}`;
  };
  return new Map([
    [
      'index.md',
      `# Commands

The help of the command line, as \`hypertide help <command>\` prints it.

The exit status is 0 if all is done, 1 after an unexpected error, 2 for wrong usage or input, 3 if every study of \`serve\` has
failed, 4 if \`verify\` found no suggestion that it could check, 5 if results are in another file, 6 if something differs or is
damaged, 7 if there is no result, 8 if a part was not done, which the output names, and 130 after Ctrl-C.

${lists.map(([title, all]) => `## ${title}\n\n${all.map(rowOf).join('\n')}\n`).join('\n')}
## help

${helps.map(([title]) => `- ${linkTo(title.split(' '))}`).join('\n')}
`,
    ],
    ...[...lists.map(([group, all]) => [group, all.map(sectionOf)] as const), ['help', helps] as const].map(pageOf),
  ]);
}

/** A name of one word for a command in a group. */
export const isShort = ({ command }: Called): boolean => command.helpGroup().startsWith('Short for');
const linkTo = (words: readonly string[]): string =>
  `[\`${words.join(' ')}\`](${words.length > 1 ? words[0] : 'every-day'}.md#${words.join('-')})`;
const sectionOf = ({ words, command }: Called) => [words.join(' '), helpOf(command)] as const;
const pageOf = ([title, sections]: readonly [string, readonly (readonly [string, string])[]]): readonly [string, string] => [
  `${title.toLowerCase().replace(' ', '-')}.md`,
  [`# ${title}\n`, ...sections.map(([name, text]) => `## ${name}\n\n\`\`\`text\n${text}\n\`\`\`\n`)].join('\n'),
];

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  return help.trimEnd();
}

/** The facts of a log with their fields, in Markdown. */
export function factsText(): string {
  const sections = Object.entries(factSchemas).map(([type, { description, properties, required }]) => {
    const fields = Object.entries(properties!).filter(([name]) => name !== 'type');
    return `## ${type}\n\n${sentence(description!)}\n\n${rowsOf(fields, required!)}\n`;
  });
  return `# Facts

This page is made from the schemas that facts are checked with, by \`npm run schema\`. The [AsyncAPI document](asyncapi.yaml) has them as JSON Schema.

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
