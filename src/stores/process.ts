import { submit, submitter } from '../../streams/engine/submit.ts';
import type { Log } from '../../streams/log/log.ts';
import { past } from '../../streams/log/past.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { followLog } from '../../streams/study/port/view.ts';
import type { Submitted } from '../study/commands.ts';
import type { Intent } from '../study/intents.ts';
import type { StudySource, SubmitOrigin } from '../study/source.ts';

/** A study that runs in this process. @param submitted passes commands to its engine. */
export const processSource = (
  place: string,
  log: Pick<Log, 'read' | 'head'>,
  submitted: (intent: Intent, origin?: SubmitOrigin) => Promise<Submitted>,
): StudySource => ({
  place,
  read: (from, signal) => log.read(from, signal),
  past: (from) => past(log, from),
  submit: async (intent, origin) => ({ ...(await submitted(intent, origin)), running: true }),
});

/** Follows a log without an engine, so that it can accept commands. Call `end` when you no longer need it. @throws RefusedError if it has not begun */
export async function applied(log: Log) {
  const { ledger, live$, stop } = await followLog<unknown>(log, 'log');
  const { append } = submitter(log, live$);
  return {
    submit: (intent: Intent, origin?: SubmitOrigin) => submit(intent, { ledger, parseStrategy }, append, origin),
    end: () => stop(),
  };
}
