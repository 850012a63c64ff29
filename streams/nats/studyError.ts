import { UserError } from '../../src/errors.ts';

/** A request to a study cannot be fulfilled. The message says why; `code` is that of the engine's answer, or `study` if no engine answered. */
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

/** The study was deleted. */
export const deleted = (stream: string, cause?: unknown): StudyError =>
  new StudyError(`the stream ${stream} is gone: it was deleted on the server`, { code: 'gone', cause });
