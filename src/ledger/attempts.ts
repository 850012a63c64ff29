import type { Limits } from '../facts/facts.ts';
import type { OpenTrial } from './trial.ts';

/** How many attempts at a trial may be lost or preempted in a row, without a report, before the trial fails. */
const INTERRUPTIONS = 30;
/** How many may be lost or preempted in all: a trial must not crash machines for ever. */
const MOST_INTERRUPTIONS = 1000;

/** Counts an attempt that failed, unless it was lost before a trainer claimed it. One that has reported shows that the trial can be run. */
export function countAttempt<P>(trial: OpenTrial<P>, isInterrupted: boolean): void {
  if (!isInterrupted) {
    trial.errors++;
    return;
  }
  if (trial.run === undefined) return;
  trial.interruptions++;
  trial.fruitless = trial.at === undefined ? trial.fruitless + 1 : 0;
}

/** Whether no attempt follows. Interrupted attempts do not use up the attempts for errors. */
export function isLastAttempt<P>(trial: OpenTrial<P>, { attempts = 3 }: Limits, isInterrupted: boolean): boolean {
  const { errors, interruptions, fruitless } = trial;
  if (!isInterrupted) return errors >= attempts;
  return fruitless >= Math.max(attempts, INTERRUPTIONS) || interruptions >= Math.max(attempts, MOST_INTERRUPTIONS);
}
