import { ownValue } from '../schema/ownValue.ts';
import { programNamed, withKnownPriors } from '../space/known/known.ts';
import { type KnownParameter, knownPrograms } from '../space/known/programs.ts';
import { choice, type Dimension, float, int } from '../space/types/dimension.ts';
import type { HelpEntry } from './helpText.ts';

/** The known program that a script imports and calls, or that a command starts; of several, the one that has most of these parameters. */
export function programIn(words: readonly string[], sources: readonly string[], parameters: readonly string[]): string | undefined {
  const command = ` ${words.join(' ')} `;
  const isUsed = (name: string) => command.includes(` ${name.replaceAll('.', ' ')} `) || sources.some((source) => uses(source, name));
  const has = (name: string) => parameters.filter((parameter) => ownValue(programNamed(name).parameters, parameter)).length;
  const found = knownPrograms().flatMap(({ names }) => names.filter(isUsed));
  return found.sort((a, b) => has(b) - has(a))[0];
}

/** Whether Python code imports the package of a name, and either imports its last word or calls it as an attribute. */
function uses(source: string, name: string): boolean {
  const [[head], last] = [name.split('.'), name.split('.').at(-1)!];
  if (!new RegExp(`^\\s*(?:import|from)\\s+(?:\\w+\\.)*${head}\\b`, 'm').test(source)) return false;
  const imported = new RegExp(`^\\s*from\\s+(?:\\w+\\.)*${head}[.\\w]*\\s+import\\s+(?:\\([^)]*|[^\\n]*)\\b${last}\\b`, 'm');
  return imported.test(source) || new RegExp(`\\.${last}\\s*\\(`).test(source);
}

/** What is known about an argument of a program. Its own choices and bounds count more than the known range. */
export function knownArgument({ name, type, choices, default: usual, low, high }: HelpEntry, program: string): KnownParameter | undefined {
  const key = name.replaceAll('-', '_').split('.').at(-1)!;
  const rows = ownValue(programNamed(program).parameters, key);
  const own: Dimension | undefined = choices
    ? choice(choices)
    : low !== undefined && high !== undefined
      ? (type === 'int' ? int : float)(low, high)
      : undefined;
  const wanted = own?.type ?? type ?? (Number.isInteger(Number(usual)) && !/[.e]/i.test(usual ?? '') ? 'int' : 'float');
  const row =
    rows?.find(({ dimension }) => dimension.type === wanted) ??
    (own || type ? undefined : rows?.find(({ dimension }) => 'low' in dimension));
  return row && own ? { ...row, dimension: withKnownPriors({ [key]: own }, { program })[key]! } : row;
}
