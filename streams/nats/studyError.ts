import { UserError } from '../../src/errors.ts';

/** What somebody wants of a study cannot be had; the message says why. */
export class StudyError extends UserError {
  override readonly name = 'StudyError';
  readonly code = 'study';
}
