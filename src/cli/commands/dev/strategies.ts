import { Help } from 'commander';
import { strategies } from '../../../../streams/spec/catalogue.ts';
import { nearest } from '../../../schema/nearest.ts';
import { suggestNext } from '../../../text/output.ts';
import { type StrategyDescription, strategyDescriptions } from '../../../text/studySchema.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { flag, value } from '../../parts.ts';

export const command = declare({
  description: 'List the strategies, or show one: what it does, when to use it, and its options with their defaults.',
  arguments: { name: value('name', 'name of a strategy') },
  options: { json: flag('print JSON Schema') },
  run: async ({ name, json }) => {
    const described = strategyDescriptions();
    const names = Object.keys(described);
    if (name !== undefined && !Object.hasOwn(described, name))
      throw new UsageError(`${name}: expected one of ${names.join(', ')}${nearest(name, names)}`);
    const shown = name === undefined ? described : described[name]!;
    const text = json ? JSON.stringify(shown, undefined, 2) : name === undefined ? list(described) : detail(name, described[name]!);
    process.stdout.write(`${text}\n`);
    if (name === undefined && !json) suggestNext('hypertide dev strategies tpe');
    return 0;
  },
});

const help = new Help();
help.prepareContext({ helpWidth: Math.min(process.stdout.columns ?? 100, 120) });

/** Terms with their meanings, wrapped to the terminal. */
function items(rows: readonly (readonly [term: string, meaning: string])[]): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, meaning]) => help.formatItem(term, width, meaning, help)).join('\n');
}

const paragraphs = ({ description }: StrategyDescription): string[] => description.split('\n\n');

/** Each strategy with the paragraph that says when to use it or, without one, the first paragraph. */
function list(described: Readonly<Record<string, StrategyDescription>>): string {
  const rows = Object.entries(described).map(([name, strategy]) => {
    const [first = '', ...rest] = paragraphs(strategy);
    return [name, rest.find((paragraph) => paragraph.startsWith('Use it ')) ?? first] as const;
  });
  const isNamed = ([name]: readonly [string, string]) => Object.hasOwn(strategies, name);
  return [
    'Strategies',
    items(rows.filter(isNamed)),
    '',
    'Compositions of strategies',
    items(rows.filter((row) => !isNamed(row))),
    '',
    'hypertide dev strategies <name> shows the options of a strategy.',
  ].join('\n');
}

function detail(name: string, strategy: StrategyDescription): string {
  const text = paragraphs(strategy).map((paragraph) => help.boxWrap(paragraph, help.helpWidth ?? 100));
  const rows = Object.entries(strategies[name]?.options ?? {}).map(([option, { rule, required }]) => {
    const { description = '' } = strategy.properties?.[option] ?? {};
    return [required ? `${option} (required)` : option, `${description} Expects ${rule.expected}.`] as const;
  });
  return [...text, ...(rows.length > 0 ? [`Options\n${items(rows)}`] : [])].join('\n\n');
}
