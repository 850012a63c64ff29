import { type Alike, failingAlike } from '../insight/failingAlike.ts';
import { stripControls } from '../text/plainText.ts';
import type { Hosted, Plugin } from './host.ts';

interface BrokenProgramOptions {
  /** Stops the study, and leaves out these trials. Default: it is paused. */
  readonly stop?: (alike: Alike, study: Hosted) => Promise<unknown>;
  /** Position of the last entry before the program began. Default: before this process ran the study. */
  readonly since?: () => number;
}

/**
 * Stops a study whose first trials fail alike, until a person has corrected its program: that is the cause, not the configurations, so these trials and
 * those that fail meanwhile do not count.
 */
export const brokenProgram =
  ({ stop = pause, since }: BrokenProgramOptions = {}): Plugin =>
  (study) => {
    const uncount = (trial: number) => void study.submit({ type: 'change', uncounted: [trial] }).catch(() => {}); // it ended, or was resumed
    const failing = failingAlike(since ?? study.past, uncount);
    return {
      apply: (entry) => {
        const alike = failing(entry);
        if (alike) stop(alike, study).catch((error: Error) => study.line(error.message, { level: 'error' }));
      },
    };
  };

function pause({ trials, how, message }: Alike, { line, place, submit }: Hosted): Promise<unknown> {
  line(`trials ${trials.join(', ')} failed ${how}, so the study is paused: ${stripControls(message)}`, { level: 'error' });
  line(`correct the trainers, then: hypertide resume ${place} (these trials are not counted)`);
  return submit({ type: 'change', paused: true, uncounted: trials });
}
