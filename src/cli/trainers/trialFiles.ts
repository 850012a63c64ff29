import { join, resolve } from 'node:path';
import type { TrialId } from '../../messages.ts';

/** Where programs keep what trials print and save, unless an option says otherwise. @param stem path of the journal without its ending, or name of the study */
export const trialsDirectory = (stem: string): string => `${resolve(stem)}.trials`;

/** The directory of one trial. */
export const trialDirectory = (directory: string, trial: TrialId): string => join(directory, `trial-${trial}`);

/** What an attempt at a trial prints. */
export const outputFile = (directory: string, trial: TrialId, attempt: number): string =>
  join(trialDirectory(directory, trial), `attempt-${attempt}.log`);
