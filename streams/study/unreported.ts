import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { changedBy, type Settings, settingsOf } from '../../src/ledger/settings.ts';
import { watchTrainers } from '../../src/study/resumedTrials.ts';
import { stopsTrials } from '../spec/defaults.ts';

/** The option for warnings of a study. */
export interface WarnOptions {
  /** Called with a warning, such as that early stopping has no effect. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Detects trainers from which a study learns nothing or something wrong: as `watchTrainers` does, and if its strategy stops trials by their reports, but
 * there are none.
 *
 * @param how a trainer reports, in the imperative.
 * @param past the position of the last entry before this start: older trials had their warning then.
 * @param warn called once for each mistake.
 * @returns a function that takes each entry of the log.
 */
export function watchReports(how: string, past: () => number, warn: (message: string) => void): (noted: AppliedEntry) => void {
  let settings: Settings | undefined;
  let known = false;
  const trainers = watchTrainers(past);
  return (noted) => {
    const text = trainers(noted);
    if (text !== undefined) warn(text);
    const { fact, event, refusal, position } = noted;
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
