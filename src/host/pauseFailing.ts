import { failingAlike } from '../insight/failingAlike.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { TrialId } from '../strategy/messages.ts';
import { stripControls } from '../text/plainText.ts';
import type { StatusLine } from '../text/statusLine.ts';

interface FailingStudy {
  /** Position of the last entry before this start. */
  readonly past: () => number;
  /** Its name or journal, as arguments of a command. */
  readonly place: string;
  readonly line: StatusLine['line'];
  /** Pauses it. @param uncounted failed trials that no longer count towards the limit. */
  readonly pause: (uncounted: readonly TrialId[]) => Promise<unknown>;
  readonly uncount: (trials: readonly TrialId[]) => Promise<unknown>;
}

/**
 * Pauses a study whose first trials fail alike, until a person has corrected its trainers. These trials do not count.
 *
 * @returns a function that takes each entry of the log.
 */
export function pauseFailing({ past, place, line, pause, uncount }: FailingStudy): (applied: AppliedEntry) => void {
  const failing = failingAlike(past, (trial) => void uncount([trial]).catch(() => {})); // it is paused already, or a person has resumed it
  return (applied) => {
    const alike = failing(applied);
    if (!alike) return;
    const { trials, how, message } = alike;
    line(`trials ${trials.join(', ')} failed ${how}, so the study is paused: ${stripControls(message)}`, { level: 'error' });
    line(`correct the trainers, then: hypertide change ${place} --resume (these trials are not counted)`);
    pause(trials).catch((error: Error) => line(error.message, { level: 'error' }));
  };
}
