/** A command was used wrongly, or given something that it cannot use. The message is one line: place, expectation, what came. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How a command ends: 0 all is well; 1 the study or the verification failed; 2 wrong usage or input. A command that is interrupted ends with 130. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Errors of those who use the program. All others are failures of a study, or of ours. */
const OF_USERS = [
  'UsageError',
  'SpaceError',
  'OptionError',
  'MismatchError',
  'TemplateError',
  'JournalError',
  'JournalLockedError',
  'YAMLParseError',
];

export const exitCodeOf = (error: unknown): 1 | 2 => (error instanceof Error && OF_USERS.includes(error.name) ? 2 : 1);

/** An error in one line, whatever was thrown. */
export const inOneLine = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).replace(/\s*\n\s*/g, ' ').trim();
