/** What somebody wants of a study cannot be had; the message says why. */
export class StudyError extends Error {
  override readonly name = 'StudyError';
}
