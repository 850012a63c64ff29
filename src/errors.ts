/** A space, or parameters for it, that cannot be. The message says where, what was expected, and what came. */
export class SpaceError extends Error {
  override readonly name = 'SpaceError';
}

/** A study cannot go on: its strategy waits although nothing runs that could end the waiting. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
}

/** A strategy broke its contract: it gave no answer to an ask, or more than one, or does not suit the study. */
export class StrategyError extends Error {
  override readonly name = 'StrategyError';
}

/** A log belongs to another study than the one it was opened for; the message spells out the differences. */
export class MismatchError extends Error {
  override readonly name = 'MismatchError';
}

/** An option that cannot be used. The message says which, what was expected, and what came. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly option: string;

  /** @param hint what else may help, behind the sentence. */
  constructor(option: string, expected: string, got: unknown, hint = '') {
    super(`${option}: expected ${expected}, got ${shown(got)}${hint}`);
    this.option = option;
  }

  /** The same error with the place of what the option belongs to. */
  within(place: string): OptionError {
    const placed = new OptionError(`${place}.${this.option}`, '', '');
    placed.message = `${place}.${this.message}`;
    return placed;
  }
}

const shown = (got: unknown): string => (typeof got === 'object' || typeof got === 'string' ? JSON.stringify(got) : String(got));
