import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrialId } from '../strategy/messages.ts';

/** The default directory for the output and files of trials. @param stem path of the journal without its extension, or name of the study */
export const trialsDirectory = (stem: string): string => `${resolve(stem)}.trials`;

/** The directory of one trial. */
export const trialDirectory = (directory: string, trial: TrialId): string => join(directory, `trial-${trial}`);

/** The files of one attempt. Each attempt has its own directory, because an earlier one may still be writing. */
export const attemptDirectory = (directory: string, trial: TrialId, attempt: number): string =>
  join(trialDirectory(directory, trial), `attempt-${attempt}`);

/** The directory in which an attempt saves. */
export const checkpointsDirectory = (directory: string, trial: TrialId, attempt: number): string =>
  join(attemptDirectory(directory, trial, attempt), 'checkpoints');

/** The file with the names of the examples that an attempt is evaluated on. */
export const examplesFile = (directory: string, trial: TrialId, attempt: number): string =>
  join(attemptDirectory(directory, trial, attempt), 'examples.txt');

/** The current path of a checkpoint: after a copy or restore, the files may not be at the path in the log. */
export function relocated(checkpoint: string, directory: string): string {
  if (existsSync(checkpoint)) return checkpoint;
  const [, inside] = /[/\\](trial-\d+[/\\].+)$/.exec(checkpoint) ?? [];
  const here = inside === undefined ? undefined : join(directory, inside);
  return here !== undefined && existsSync(here) ? here : checkpoint;
}

/** The file with the parameters of a trial. */
export const paramsFile = (directory: string, trial: TrialId): string => join(trialDirectory(directory, trial), 'params.json');

/** The file with the command of a trial's last attempt. */
export const commandFile = (directory: string, trial: TrialId): string => join(trialDirectory(directory, trial), 'command.json');

/** The file with the output of an attempt. */
export const outputFile = (directory: string, trial: TrialId, attempt: number): string =>
  join(trialDirectory(directory, trial), `attempt-${attempt}.log`);
