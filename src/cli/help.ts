import type { Command as Commander, Help, Option } from 'commander';
import { grouped } from '../numeric/grouped.ts';
import type { Command } from './command.ts';
import { topics } from './topics.ts';

/** The commands that are loaded, by what shows them. */
export const loaded = new WeakMap<Commander, Command>();

/** A command as it is called. */
export const pathOf = (command: Commander): string => (command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name());

/** The lines of a list: terms, and what they mean. */
const listed = (help: Help, rows: readonly (readonly [term: string, text: string])[], width: number): string[] =>
  rows.map(([term, text]) => help.formatItem(term, width, text, help));

const textOf = ({ description, defaultValue }: Option): string =>
  defaultValue === undefined ? description : `${description} (default: ${defaultValue})`;

/** A help that fits a screen: of the program the commands, of a group its commands, of a command its arguments and options. */
export function helpOf(target: Commander, help: Help): string {
  const command = loaded.get(target);
  if (!command) return overviewOf(target, help);
  const words = Object.entries(command.arguments).map(([, { placeholder, isNeeded, isList }]) => {
    const word = `${placeholder}${isList ? '...' : ''}`;
    return isNeeded ? `<${word}>` : `[${word}]`;
  });
  const options = help.visibleOptions(target);
  const rows = [
    ...Object.values(command.arguments).map(({ placeholder, text }) => [placeholder!, text] as const),
    ...(command.program === undefined ? [] : [['command', command.program] as const]),
    ...options.map((option) => [help.optionTerm(option), textOf(option)] as const),
  ];
  const width = Math.max(0, ...rows.map(([term]) => term.length));
  const usage = [
    pathOf(target),
    ...words,
    ...(options.length > 0 ? ['[options]'] : []),
    ...(command.program === undefined ? [] : ['-- <command...>']),
  ];
  return [
    `Usage: ${usage.join(' ')}`,
    '',
    help.boxWrap(command.description, help.helpWidth ?? 80),
    ...(rows.length > 0 ? ['', ...listed(help, rows, width)] : []),
    ...(command.help === undefined ? [] : ['', command.help]),
    '',
  ].join('\n');
}

function overviewOf(target: Commander, help: Help): string {
  const isProgram = target.parent === null;
  const shown = help.visibleCommands(target);
  const width = Math.max(...shown.map((command) => command.name().length));
  const lists = [...grouped(shown, (command) => command.helpGroup())].flatMap(([heading, all]) => [
    ...(isProgram ? [`${heading}:`] : []),
    ...listed(
      help,
      all.map((command) => [command.name(), command.summary()]),
      width,
    ),
  ]);
  if (!isProgram)
    return [
      `Usage: ${pathOf(target)} <command>`,
      '',
      ...lists,
      '',
      ...[target.description()].filter(Boolean),
      `"${pathOf(target)} <command> --help" shows its options.`,
      '',
    ].join('\n');
  return [
    'Usage: hypertide <command> [study] [options]',
    '',
    ...lists,
    '',
    'A study is a journal or an address: digits.jsonl, nats://host/digits,',
    'http://host/digits; without one, the only study in this folder.',
    '"hypertide help <command>" shows a command or a group. There is also help on:',
    `${Object.keys(topics).join(', ')}.`,
    '',
    'Examples:',
    '  hypertide init -- python3 train.py',
    '  hypertide run study.yaml -- python3 train.py --lr {lr}',
    '',
  ].join('\n');
}
