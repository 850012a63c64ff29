/** A space, or parameters for it, that cannot be. The message says where, what was expected, and what came. */
export class SpaceError extends Error {
  override readonly name = 'SpaceError';
}

/** An option that cannot be used. The message says which, what was expected, and what came. */
export class OptionError extends Error {
  override readonly name = 'OptionError';

  constructor(option: string, expected: string, got: unknown) {
    super(`${option}: expected ${expected}, got ${typeof got === 'object' || typeof got === 'string' ? JSON.stringify(got) : String(got)}`);
  }
}
