import { UserError } from '../errors.ts';

/** The command line, or what it names, cannot be used. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}
