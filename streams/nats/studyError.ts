import { StudyError } from '../../src/errors.ts';

/** The study was deleted. */
export const deleted = (stream: string, cause?: unknown): StudyError =>
  new StudyError(`the stream ${stream} is gone: it was deleted on the server`, { code: 'gone', cause });
