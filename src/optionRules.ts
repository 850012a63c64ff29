import { OptionError } from './errors.ts';

/** What an option may be, and how to say so. */
export interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly expected: string;
  /** Whether there is no default that could stand in for it. */
  readonly required?: true;
}

const number = (expected: string, holds: (value: number) => boolean): Rule => ({
  expected,
  holds: (value) => typeof value === 'number' && holds(value),
});

export const finite = number('a finite number', Number.isFinite);
export const positive = number('a number above 0', (v) => v > 0 && v < Number.POSITIVE_INFINITY);
/** A number of at least `least`. */
export const from = (least: number): Rule => number(`a number of at least ${least}`, (v) => v >= least && v < Number.POSITIVE_INFINITY);
export const notNegative = from(0);
export const probability = number('a probability', (v) => v >= 0 && v <= 1);
/** A number above 0 and at most `most`. */
export const upTo = (most: number): Rule => number(`a number above 0 and at most ${most}`, (v) => v > 0 && v <= most);
/** A part of something that is not nothing, and may be all of it. */
export const part = upTo(1);
/** A number above 0 and below `end`. */
export const below = (end: number): Rule => number(`a number above 0 and below ${end}`, (v) => v > 0 && v < end);
export const wholeFrom = (least: number): Rule =>
  number(`a whole number of at least ${least}`, (v) => Number.isSafeInteger(v) && v >= least);
export const bool: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
/** One of some names. */
export const oneOf = (...names: readonly string[]): Rule => ({
  expected: [names.slice(0, -1).join(', '), names.at(-1)].join(' or '),
  holds: (value) => names.includes(value as string),
});
/** A list of names. */
export const names: Rule = {
  expected: 'a list of names',
  holds: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
};
export const needed = (rule: Rule): Rule => ({ ...rule, required: true });

/** @throws OptionError */
export function checkOption(name: string, value: unknown, { holds, expected }: Rule): void {
  if (!holds(value)) throw new OptionError(name, expected, value);
}

/**
 * Holds options to their rules, those that were given and those that are needed.
 *
 * @param whose options they are, such as a strategy's name; empty for those of a study
 * @throws OptionError
 */
export function checkOptions<O extends object>(of: string, options: O, rules: { readonly [K in keyof O]-?: Rule }): void {
  for (const name of Object.keys(rules) as (keyof O & string)[]) {
    const value = options[name];
    if (value !== undefined || rules[name].required) checkOption(of ? `${of}.${name}` : name, value, rules[name]);
  }
}
