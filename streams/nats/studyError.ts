import { StudyError } from '../../src/errors.ts';

/** The owner of the connection has closed it. */
export const connectionClosed = (study: string): StudyError =>
  new StudyError(`${study}: its connection was closed`, { code: 'connection-closed', todo: 'close the study first, then its connection' });

/** The study was deleted. */
export const deleted = (stream: string, cause?: unknown): StudyError =>
  new StudyError(`the stream ${stream} is gone: it was deleted on the server`, { code: 'gone', cause });
