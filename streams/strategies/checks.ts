import { OptionError } from '../../src/errors.ts';

/** Checks of a strategy's options, by name. An option that was not given is as it should be. */
export function checks<O extends object>(strategy: string, options: O) {
  const check = (name: keyof O & string, holds: (value: never) => boolean, expected: string): void => {
    const value = options[name];
    if (value !== undefined && !holds(value as never)) throw new OptionError(`${strategy}.${name}`, expected, value);
  };
  return {
    check,
    whole: (name: keyof O & string, least: number) =>
      check(name, (value) => Number.isSafeInteger(value) && value >= least, `a whole number of at least ${least}`),
    probability: (name: keyof O & string) => check(name, (value) => Number.isFinite(value) && value >= 0 && value <= 1, 'a probability'),
    notNegative: (name: keyof O & string) => check(name, (value) => Number.isFinite(value) && value >= 0, 'a number of at least 0'),
    oneOf: (name: keyof O & string, ...names: readonly string[]) => check(name, (value) => names.includes(value), listed(names)),
  };
}

/** `a, b or c`. */
const listed = (names: readonly string[]): string => [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(' or ');
