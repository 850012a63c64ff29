import { watchTrainers } from '../../src/insight/resumedTrials.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { changedBy, type Settings, settingsOf } from '../../src/ledger/settings.ts';
import { stopsTrials } from '../spec/defaults.ts';

/** The option for warnings of a study. */
export interface WarnOptions {
  /** Called with a warning, such as that early stopping has no effect. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Detects studies that learn nothing, or end early, because of a mistake: what `watchTrainers` finds, a strategy that stops trials by their reports if
 * there are none, and a strategy that has nothing to suggest before the limit of trials.
 *
 * @param how a trainer reports, in the imperative.
 * @param past the position of the last entry before this start: older trials had their warning then.
 * @param warn called once for each of them.
 * @returns a function that takes each entry of the log.
 */
export function watchReports(how: string, past: () => number, warn: (message: string) => void): (applied: AppliedEntry) => void {
  let settings: Settings | undefined;
  let known = false;
  let suggested = 0;
  const trainers = watchTrainers(past);
  const say = (position: number, message: string | undefined) => {
    if (message !== undefined && position > past()) warn(message);
  };
  return (applied) => {
    const { fact, event, effect, refusal, position } = applied;
    say(position, trainers(applied));
    if (position === 1) suggested = 0; // a log may be read more than once
    if (refusal) return;
    if (fact.type === 'created') settings = settingsOf(fact);
    if (fact.type === 'changed' && settings) settings = changedBy(settings, fact);
    if (effect === 'suggested' && fact.resumes === undefined && fact.by !== 'import') suggested++;
    if (fact.type === 'closed' && fact.reason === 'exhausted') say(position, exhausted(suggested, settings));
    if (known) return;
    if (fact.type === 'reported') known = true;
    if (fact.type !== 'completed' || event?.type !== 'ended' || event.by === 'import') return;
    if (!settings || !stopsTrials(settings.strategy)) return;
    known = true;
    const lacking =
      settings.examples === undefined
        ? `without a report, so no trial can be stopped early; ${how} after each epoch, or turn early stopping off`
        : 'without the result of an example, so trials cannot race; report the result of each example, or leave the option examples out';
    say(position, `trial ${fact.trial} completed ${lacking}`);
  };
}

/** What to say when a strategy has nothing to suggest, if the study was meant to have more trials. */
function exhausted(suggested: number, { limits: { trials = 0 } }: Pick<Settings, 'limits'> = { limits: {} }): string | undefined {
  if (suggested >= trials) return undefined;
  return `the study ended after ${suggested} of ${trials} trials, as its strategy had nothing more to suggest; if there are configurations that were not tried, end the strategy with one that always suggests, as in chain(…, random())`;
}
