import { programFor } from '../../src/cli/program/program.ts';

/** The options of a command line of hypertide that its command does not have. */
export function unknownIn([name, ...words]: readonly string[]): readonly string[] {
  const command = programFor(() => {}).commands.find((one) => one.name() === name)!;
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length);
  return own.filter((word) => word.startsWith('--') && !command.options.some(({ long }) => long === word));
}
