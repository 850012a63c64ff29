import { UserError } from '../../src/errors.ts';

/** A request to a study cannot be fulfilled. The message says why. */
export class StudyError extends UserError {
  override readonly name = 'StudyError';
  readonly code = 'study';
}
