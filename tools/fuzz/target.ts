/** Something that takes input from outside. */
export interface Target {
  readonly name: string;
  /** Inputs that it takes, to begin with. */
  readonly seeds: readonly string[];
  /**
   * Takes an input: text with a character for each byte.
   *
   * @returns what it did, in few words: an input that makes it do something new is kept and changed further
   * @throws Error if it breaks a rule
   */
  readonly take: (input: string) => string | Promise<string>;
  readonly close?: () => unknown;
}

/** Throws unless a rule holds. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it must not happen: ${what}`);
}

/** A message without the parts that differ between inputs. */
export const gist = (message: string): string => message.replace(/"[^"]*"|'[^']*'|[\d.]+|got .*|not .*/g, '_').slice(0, 80);
