import { OptionError } from './errors.ts';

/** What an option may be, and how to say so. */
export interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly expected: string;
}

const number = (expected: string, holds: (value: number) => boolean): Rule => ({
  expected,
  holds: (value) => typeof value === 'number' && holds(value),
});

export const positive = number('a number above 0', (v) => v > 0 && v < Number.POSITIVE_INFINITY);
export const notNegative = number('a number of at least 0', (v) => v >= 0 && v < Number.POSITIVE_INFINITY);
export const probability = number('a probability', (v) => v >= 0 && v <= 1);
/** A number above 0 and at most `most`. */
export const upTo = (most: number): Rule => number(`a number above 0 and at most ${most}`, (v) => v > 0 && v <= most);
export const part = upTo(1);
export const wholeFrom = (least: number): Rule =>
  number(`a whole number of at least ${least}`, (v) => Number.isSafeInteger(v) && v >= least);
export const bool: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
export const oneOf = (...names: readonly string[]): Rule => ({
  expected: `one of ${names.join(', ')}`,
  holds: (value) => names.includes(value as string),
});

/** The same where two or three names stand alone: `ipop, bipop or none`. */
export const either = (...names: readonly string[]): Rule => ({
  expected: [names.slice(0, -1).join(', '), names.at(-1)].join(' or '),
  holds: (value) => names.includes(value as string),
});

/** Holds the options that were given to their rules. @throws OptionError */
export function checkOptions<O extends object>(strategy: string, options: O, rules: { readonly [K in keyof O]-?: Rule }): void {
  for (const name of Object.keys(rules) as (keyof O & string)[]) {
    const value = options[name];
    if (value !== undefined && !rules[name].holds(value)) throw new OptionError(`${strategy}.${name}`, rules[name].expected, value);
  }
}
