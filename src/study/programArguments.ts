import { valueText } from '../space/value.ts';

/** A configuration as arguments, each value joined by `=` if it begins with a dash, because many parsers would read `-1e-05` as a flag. */
export const argumentsOf = (params: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(params).flatMap(([name, value]) => {
    const text = valueText(value);
    return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];
  });

/** Words that need no quotes in a POSIX shell. Bash expands braces around a list or a range, but not around a name, as in `{lr}`. */
const PLAIN = /^(?:[\w@%+=:,./-]|\{\w+\})+$/;

/** A word of a command line, quoted for a shell if necessary. */
export const shellQuoted = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
