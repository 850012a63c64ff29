import { wholeProgram } from '../../src/cli/program.ts';
import { connectionOptions } from '../../src/cli/topics.ts';

const program = await wholeProgram();
const common = connectionOptions.map(([flags]) => flags.split(' ')[0]);

/** The options of a command line of hypertide that its command does not have. */
export function unknownIn(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  const found = program.commands.find((one) => one.name() === first)!;
  const command = found.commands.find((one) => one.name() === second) ?? found.commands.find((one) => one.name() === 'start') ?? found;
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length);
  const known = [...common, ...command.options.map(({ long }) => long)];
  return own.filter((word) => word.startsWith('--') && !known.includes(word));
}
