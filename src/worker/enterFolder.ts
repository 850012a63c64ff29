import { join } from 'node:path';
import { JournalLockedError } from '../../streams/log/errors.ts';
import { checkUnlocked, lock } from '../../streams/log/lock.ts';
import { makeFolder } from '../stores/makeFolder.ts';
import { UsageError } from '../text/usage.ts';

/**
 * Enters the folder of a worker. A worker that deletes files needs it for itself, because it does not know which trials others run. The folder is
 * held until the process ends.
 *
 * @throws UsageError if a worker that deletes files uses it, or if it cannot be made
 */
export function enterFolder(directory: string, deletes: boolean): void {
  const mark = join(directory, 'worker');
  try {
    if (!deletes) return checkUnlocked(mark);
    makeFolder(directory);
    lock(mark);
  } catch (error) {
    if (!(error instanceof JournalLockedError)) throw error;
    throw new UsageError(
      `${directory}: process ${error.pid} is a worker with --keep, which needs this folder for itself: give each worker its own --directory. If that process is gone for good, delete ${error.lock}`,
    );
  }
}
