import { JournalLockedError } from '../../streams/log/errors.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import type { Intent } from '../study/intents.ts';
import type { Answered, StudySource, SubmitOrigin } from '../study/source.ts';
import { UsageError } from '../text/usage.ts';
import { submitToRun } from './controlSocket.ts';
import { applied } from './process.ts';

/** A study in a journal: commands go to the process that runs it or, if none does, into the file. */
export const journalSource = (path: string, warn: (message: string) => void = () => {}): StudySource => ({
  place: path,
  read: (from, signal) => readJournal(path, { from, follow: true, signal, warn }),
  past: (from) => readJournal(path, { from, warn }),
  submit: async (intent, origin) => {
    const log = await openJournal(path, { warn }).catch((error: unknown) => {
      if (error instanceof JournalLockedError) return error;
      throw error;
    });
    if (log instanceof JournalLockedError) return submitToOwner(path, intent, origin, log);
    try {
      const { submit, end } = await applied(log);
      return { ...(await submit(intent, origin).finally(end)), running: false };
    } finally {
      await log.close();
    }
  },
});

async function submitToOwner(
  path: string,
  intent: Intent,
  origin: SubmitOrigin | undefined,
  { pid }: JournalLockedError,
): Promise<Answered> {
  const answer = await submitToRun(path, intent, origin);
  if (answer === undefined)
    throw new UsageError(
      `${path}: the study is running in process ${pid}, which does not accept commands (only "hypertide run" and Python do)`,
      {
        todo: 'stop it, repeat this command, then restart it',
      },
    );
  if ('error' in answer) throw new UsageError(answer.error);
  return { ...answer, running: true };
}
