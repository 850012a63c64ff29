import { ledgerFrom } from '../../streams/engine/applyEntries.ts';
import { submit, submitter } from '../../streams/engine/submit.ts';
import type { Log } from '../../streams/log/log.ts';
import { past } from '../../streams/log/past.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { NOT_BEGUN, RefusedError, type Submitted } from '../study/commands.ts';
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

/** Applies a log without an engine, so that it can accept commands. Call `end` when you no longer need it. */
export function applied(log: Log): { submit(intent: Intent, origin?: SubmitOrigin): Promise<Submitted>; end(): void } {
  const { append, apply, end } = submitter(log);
  const reading = new AbortController();
  let ledger: Ledger<unknown> | undefined;
  const follow = async (caughtUp: () => void) => {
    const head = await log.head();
    if (head === 0) caughtUp();
    for await (const entries of log.read(1, reading.signal)) {
      for (const entry of entries) {
        ledger ??= ledgerFrom(entry);
        if (ledger) apply(ledger.fold(entry));
        if (entry.position >= head) caughtUp();
      }
    }
  };
  const ready = new Promise<void>((resolve, reject) => {
    follow(resolve).catch((error: unknown) => {
      reject(error);
      end(error);
    });
  });
  ready.catch(() => {}); // commands report it
  return {
    submit: async (intent, origin) => {
      await ready;
      if (ledger === undefined) throw new RefusedError(NOT_BEGUN);
      return submit(intent, { ledger, parseStrategy }, append, origin);
    },
    end: () => reading.abort(),
  };
}
