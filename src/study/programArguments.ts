/** A configuration as arguments, each value joined by `=` if it begins with a dash: many parsers would take `-1e-05` for a flag. */
export const argumentsOf = (params: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(params).flatMap(([name, value]) => {
    const text = asText(value);
    return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];
  });

/** A value of a parameter as a program reads it: as in JSON, but strings without their quotes. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Words that a POSIX shell takes as they are. Bash expands braces around a list or a range, but not around a name, as in `{lr}`. */
const PLAIN = /^(?:[\w@%+=:,./-]|\{\w+\})+$/;

/** A word of a command line as a shell needs it. */
export const shellQuoted = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
