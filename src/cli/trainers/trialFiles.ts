import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrialId } from '../../messages.ts';

/** Where programs keep what trials print and save, unless an option says otherwise. @param stem path of the journal without its ending, or name of the study */
export const trialsDirectory = (stem: string): string => `${resolve(stem)}.trials`;

/** The directory of one trial. */
export const trialDirectory = (directory: string, trial: TrialId): string => join(directory, `trial-${trial}`);

/** The files of one attempt. Each has its own directory, since an earlier one may still be writing. */
export const attemptDirectory = (directory: string, trial: TrialId, attempt: number): string =>
  join(trialDirectory(directory, trial), `attempt-${attempt}`);

/** Where an attempt saves. */
export const checkpointsDirectory = (directory: string, trial: TrialId, attempt: number): string =>
  join(attemptDirectory(directory, trial, attempt), 'checkpoints');

/** A checkpoint where it is now: a study that was renamed, copied or restored may have its files elsewhere than its log says. */
export function relocated(checkpoint: string, directory: string): string {
  if (existsSync(checkpoint)) return checkpoint;
  const [, inside] = /[/\\](trial-\d+[/\\].+)$/.exec(checkpoint) ?? [];
  const here = inside === undefined ? undefined : join(directory, inside);
  return here !== undefined && existsSync(here) ? here : checkpoint;
}

/** The parameters of a trial. */
export const paramsFile = (directory: string, trial: TrialId): string => join(trialDirectory(directory, trial), 'params.json');

/** What a trial runs, in its last attempt. */
export const commandFile = (directory: string, trial: TrialId): string => join(trialDirectory(directory, trial), 'command.json');

/** What an attempt at a trial prints. */
export const outputFile = (directory: string, trial: TrialId, attempt: number): string =>
  join(trialDirectory(directory, trial), `attempt-${attempt}.log`);
