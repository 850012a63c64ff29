/** The command line, or what it names, cannot be used. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
