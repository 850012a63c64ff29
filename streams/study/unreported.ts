import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { changedBy, type Settings, settingsOf } from '../../src/ledger/settings.ts';
import { stopsTrials } from '../spec/defaults.ts';

/** The option for warnings of a study. */
export interface WarnOptions {
  /** Called with a warning, such as that early stopping has no effect. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Detects trainers that report nothing in a study whose strategy stops trials by their reports: then no trial is ever stopped.
 *
 * @param how a trainer reports, in the imperative.
 * @param past the position of the last entry before this start: older trials had their warning then.
 * @param warn called once, if the first trial to complete has reported nothing.
 * @returns a function that takes each entry of the log.
 */
export function watchReports(how: string, past: () => number, warn: (message: string) => void): (noted: AppliedEntry) => void {
  let settings: Settings | undefined;
  let known = false;
  return ({ fact, event, refusal, position }) => {
    if (refusal || known) return;
    if (fact.type === 'created') settings = settingsOf(fact);
    if (fact.type === 'changed' && settings) settings = changedBy(settings, fact);
    if (fact.type === 'reported') known = true;
    if (fact.type !== 'completed' || event?.type !== 'ended' || event.by === 'import') return;
    if (!settings || !stopsTrials(settings.strategy, settings.decisions)) return;
    known = true;
    if (position <= past()) return;
    warn(
      `trial ${fact.trial} completed without a report, so no trial can be stopped early; ${how} after each epoch, or turn early stopping off`,
    );
  };
}
