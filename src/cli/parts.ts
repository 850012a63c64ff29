import { bytesIn, secondsIn } from '../schema/amount.ts';

/** What a word of the command line must be. */
export interface Kind<T> {
  /** In words, such as `a number`. */
  readonly expected: string;
  /** All that it can be, if these are few. */
  readonly choices?: readonly string[];
  /** @returns undefined for a word that is none. */
  read(word: string): T | undefined;
}

const numberWhere =
  (holds: (n: number) => boolean) =>
  (word: string): number | undefined =>
    word.trim() !== '' && Number.isFinite(Number(word)) && holds(Number(word)) ? Number(word) : undefined;

export const wholeNumber: Kind<number> = {
  expected: 'a whole number of at least 1',
  read: numberWhere((n) => Number.isSafeInteger(n) && n >= 1),
};
export const positiveNumber: Kind<number> = { expected: 'a number above 0', read: numberWhere((n) => n > 0) };
export const anyNumber: Kind<number> = { expected: 'a number', read: numberWhere(() => true) };
export const port: Kind<number> = {
  expected: 'a port, 0 to 65535',
  read: numberWhere((n) => Number.isInteger(n) && n >= 0 && n < 65536),
};
/** In bytes. */
export const byteSize: Kind<number> = { expected: 'a size, such as 500MB or 20GiB', read: bytesIn };
/** In seconds. */
export const time: Kind<number> = { expected: 'a time above 0, such as 90 (seconds), 5m or 2h', read: secondsIn };
export const trialNumber: Kind<number> = {
  expected: 'the number of a trial',
  read: (word) => (/^[1-9]\d*$/.test(word) ? Number(word) : undefined),
};
/** A part of a configuration: `lr=0.1`, or all of it as JSON. */
export const assignment: Kind<string> = {
  expected: 'name=value, or JSON',
  read: (word) => (word.indexOf('=') > 0 || word.trimStart().startsWith('{') ? word : undefined),
};
export const among = <const C extends readonly string[]>(choices: C): Kind<C[number]> => ({
  expected: `one of ${choices.join(', ')}`,
  choices,
  read: (word) => choices.find((choice) => choice === word),
});

/** An option or an argument of a command. @typeParam T its value, undefined if it can be left out */
export interface Part<T> {
  readonly text: string;
  /** What stands for its value in the help; absent for an option without one. */
  readonly placeholder?: string;
  readonly kind?: Kind<unknown> | undefined;
  readonly fallback?: unknown;
  /** A letter for the option. */
  readonly short?: string | undefined;
  readonly isNeeded?: true;
  readonly isList?: true;
  /** An option whose value can be left out. */
  readonly isBare?: true;
  /** What the option with `no-` before its name does; its value is then `false`. */
  readonly negative?: string | undefined;
  /** Exists in types only. */
  readonly type?: T;
}

interface Plain {
  /** A letter for the option. */
  readonly short?: string;
}
interface How<T> extends Plain {
  readonly kind: Kind<T>;
}

/** An option without a value. */
export const flag = (text: string, how: Plain = {}): Part<boolean | undefined> => ({ text, ...how });
/** An option that can also be turned off. */
export const toggle = (text: string, negative: string): Part<boolean | undefined> => ({ text, negative });

/** A value that can be left out: text, or of another kind. */
export function value(placeholder: string, text: string, how?: Plain): Part<string | undefined>;
export function value<T>(placeholder: string, text: string, how: How<T>): Part<T | undefined>;
export function value(placeholder: string, text: string, how: Plain = {}): Part<unknown> {
  return { placeholder, text, ...how };
}

/** A value that is another one if it is left out. */
export function preset(placeholder: string, text: string, fallback: string, how?: Plain): Part<string>;
export function preset<T>(placeholder: string, text: string, fallback: T, how: How<T>): Part<T>;
export function preset(placeholder: string, text: string, fallback: unknown, how: Plain = {}): Part<unknown> {
  return { placeholder, text, fallback, ...how };
}

/** A value that cannot be left out. */
export function needed(placeholder: string, text: string): Part<string>;
export function needed<T>(placeholder: string, text: string, how: How<T>): Part<T>;
export function needed(placeholder: string, text: string, how: Plain = {}): Part<unknown> {
  return { placeholder, text, isNeeded: true, ...how };
}

/** Several values. */
export function many(placeholder: string, text: string): Part<readonly string[] | undefined>;
export function many<T>(placeholder: string, text: string, how: How<T>): Part<readonly T[] | undefined>;
export function many(placeholder: string, text: string, how: Plain = {}): Part<unknown> {
  return { placeholder, text, isList: true, ...how };
}

/** An option whose value can be left out: then it is `true`. */
export const bare = <T>(placeholder: string, text: string, how: How<T>): Part<T | true | undefined> => ({
  placeholder,
  text,
  isBare: true,
  ...how,
});

/** Used by many commands. */
export const json = flag('print JSON');
/** The format of what a command prints while it runs. */
export const logFormat = value('format', 'pretty (default), or json for a log collector', {
  kind: among(['pretty', 'json']),
});

/** What this machine has for trials: the amounts that `requires` of a study names. */
export const machineSlots = many('name=n', 'what this machine has for trials, such as gpu=2');

/** Options, or arguments in their order, by the names that a command uses: `metricFile` is `--metric-file`. */
export type Parts = Readonly<Record<string, Part<unknown>>>;

type ValueOf<P> = P extends Part<infer T> ? T : never;
type Optional<P extends Parts> = { [K in keyof P]: undefined extends ValueOf<P[K]> ? K : never }[keyof P];

/** The values of options or arguments, as a command gets them. */
export type Given<P extends Parts> = { readonly [K in Exclude<keyof P, Optional<P>>]: ValueOf<P[K]> } & {
  readonly [K in Optional<P>]?: Exclude<ValueOf<P[K]>, undefined>;
};

/** An option as people write it. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
