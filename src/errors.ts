/** An error that a user caused and can correct. The command line prints its message and exits with status 2. */
export abstract class UserError extends Error {
  /** What went wrong, as a stable name for programs. */
  abstract readonly code: string;
  /** What the user can do. The message ends with it. */
  declare readonly todo?: string;
  /** The exit status of the command line. */
  get status(): number {
    return 2;
  }
  /** Other errors that were found together with this one. */
  declare also?: readonly UserError[];

  constructor(message: string, { todo, ...options }: ErrorOptions & { readonly todo?: string | undefined } = {}) {
    super(bounded(todo === undefined ? message : `${message}; ${todo}`), options);
    if (todo !== undefined) Object.defineProperty(this, 'todo', { value: todo }); // not enumerable: Node would print it after the message
  }
}

/**
 * Runs several checks, even if some fail.
 *
 * @throws UserError the first one that a check throws, with the others in `also`; any other error immediately.
 */
export function checkAll(checks: Iterable<() => unknown>): void {
  const errors: UserError[] = [];
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error, ...(error.also ?? []));
    }
  }
  if (errors.length > 0) throw together(errors);
}

/** The first of some errors, with the others in `also`. */
export function together([first, ...others]: readonly UserError[]): UserError | undefined {
  if (first && others.length > 0) first.also = others;
  return first;
}

/** How many characters of a long message are kept at its beginning and at its end, where it says what to do. */
const ENDS = { start: 8000, end: 1000 };

/** A message without its middle if it is too long, because it may quote names or values of any length. */
export const bounded = (message: string): string =>
  message.length <= ENDS.start + ENDS.end ? message : `${message.slice(0, ENDS.start)} … ${message.slice(-ENDS.end)}`;

/** The message of an error, and of those that were found with it. */
export const messagesOf = (error: unknown): readonly string[] =>
  error instanceof Error
    ? [error.message, ...(error instanceof UserError ? (error.also ?? []) : []).map(({ message }) => message)]
    : [String(error)];

/** A space that is not valid, or parameters that do not fit it. The message says where, what was expected, and what was given. */
export class SpaceError extends UserError {
  override readonly name = 'SpaceError';
  readonly code = 'invalid-space';
}

/** A study cannot continue: its strategy waits, but no open trial or fit is left that could end the wait. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
  readonly code = 'stalled';
}

/** A strategy broke its contract (it answered an ask never or more than once), or it does not support this study. */
export class StrategyError extends Error {
  override readonly name = 'StrategyError';
  readonly code = 'strategy';
}

/** The reason of a failed request, in an answer to another program. */
export interface RequestFailure {
  /** A sentence; a line for each mistake, if several were found. */
  readonly error: string;
  /** A stable name: the `code` of an error of hypertide, or `internal`. */
  readonly code: string;
}

/** The errors of hypertide: others may have a `code` of their own, such as those of Node. */
const OWN_ERRORS = [UserError, StrategyError, StalledError];

export const failureOf = (error: unknown): RequestFailure => ({
  error: messagesOf(error).join('\n'),
  code: OWN_ERRORS.some((named) => error instanceof named) ? (error as UserError).code : 'internal',
});

/** The log belongs to a different study. The message lists the differences. */
export class MismatchError extends UserError {
  override readonly name = 'MismatchError';
  readonly code = 'other-study';
}

/** A request to a study cannot be fulfilled. The message says why; `code` is that of the answer, or `study` if there was none. */
export class StudyError extends UserError {
  override readonly name = 'StudyError';
  readonly code: string;

  constructor(
    message: string,
    { code = 'study', ...options }: ErrorOptions & { readonly code?: string; readonly todo?: string | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
  }
}

/** An invalid option. The message names it, and says what was expected and what was given. */
export class OptionError extends UserError {
  override readonly name = 'OptionError';
  readonly code = 'invalid-option';
  readonly option: string;
  readonly got: unknown;

  /** @param hint text to append to the message. */
  constructor(option: string, expected: string, got: unknown, hint = '') {
    super(`${option}: ${expectation(expected, shown(got), hint)}`);
    this.option = option;
    this.got = got;
  }

  /** The same error, with `place` in front of the option's name. */
  within(place: string): OptionError {
    const placed = new OptionError(`${place}.${this.option}`, '', this.got);
    placed.message = `${place}.${this.message}`;
    return placed;
  }
}

function shown(got: unknown): string {
  if (got === undefined) return 'nothing';
  if (typeof got === 'function') return A_FUNCTION;
  if (typeof got !== 'object' && typeof got !== 'string') return String(got);
  return JSON.stringify(got, (_, part) => (typeof part === 'function' ? A_FUNCTION : part));
}

const A_FUNCTION = 'a function';

/** A list of names that is longer than this comes after the hint at the name that was meant. */
export const LONG = 100;

/** What was expected, what came, and what was probably meant. */
const expectation = (expected: string, got: string, hint: string): string =>
  hint === '' || expected.length < LONG ? `expected ${expected}, got ${got}${hint}` : `got ${got}${hint} Expected ${expected}`;
