import type { Settings } from './settings.ts';
import type { OpenTrial } from './trial.ts';

/** How many attempts at a trial may be lost or preempted in a row, without a report, before the trial fails. */
const INTERRUPTIONS = 30;
/** How many may be lost or preempted in all: a trial must not crash machines for ever. */
const MOST_INTERRUPTIONS = 1000;

/**
 * Counts an attempt that failed. From rules 3 on, an interrupted one that no trainer has claimed is not counted as fruitless, and one that has reported
 * shows that the trial can be run. From rules 4 on, an attempt that no trainer has claimed is not counted at all.
 */
export function countAttempt<P>(trial: OpenTrial<P>, { rules }: Settings, isInterrupted: boolean): void {
  if (!isInterrupted) {
    trial.errors++;
    return;
  }
  if (rules >= 4 && trial.run === undefined) return;
  trial.interruptions++;
  if (rules < 3 || (trial.run !== undefined && trial.at === undefined)) trial.fruitless++;
  else if (trial.at !== undefined) trial.fruitless = 0;
}

/** Whether no attempt follows. From rules 2 on, interrupted attempts do not use up the attempts for errors. */
export function isLastAttempt<P>(trial: OpenTrial<P>, { rules, limits }: Settings, isInterrupted: boolean): boolean {
  const { suggestion, errors, interruptions, fruitless } = trial;
  const { attempts = 3 } = limits;
  if (rules < 2) return suggestion.attempt >= attempts;
  if (!isInterrupted) return errors >= attempts;
  return fruitless >= Math.max(attempts, INTERRUPTIONS) || interruptions >= Math.max(attempts, MOST_INTERRUPTIONS);
}
