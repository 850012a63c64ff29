import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EndFact } from '../../evaluate.ts';
import type { AttemptSteps, Claim, Warn } from '../../study/training/claimedRun.ts';

/** Where an attempt keeps its checkpoints, here and for others. */
export interface CheckpointPlace {
  /** Restores what a reference names. @returns its path; undefined if the reference is passed on as it is. Rejects if it cannot */
  restore(reference: string): Promise<string> | undefined;
  /** The files to save. @param named a path, if one was named @param end the last fact, if it is known @returns undefined if nothing is to be saved */
  pathOf(named: string | undefined, end?: EndFact): string | undefined;
  /** @param leftOut called with what is no file @returns the reference. @throws if it cannot */
  save(path: string, ends: AbortSignal, leftOut?: (name: string) => void): Promise<string>;
  /** Notes the files of a reference, which are newer if the program has saved since: this machine then resumes from them. */
  note?(reference: string, path: string): void;
}

/** The steps of an attempt whose checkpoint is restored before it begins, and saved for others while it runs and at its end. */
export function checkpointed<P>(
  steps: AttemptSteps<P>,
  { suggestion: { checkpoint: given, ...suggestion }, run, signal }: Claim<P>,
  { restore, pathOf, save, note }: CheckpointPlace,
  warn: Warn,
): AttemptSteps<P> {
  const { trial } = suggestion;
  const tell = (message: string) => warn(`trial ${trial}: ${message}`, { trial, run });
  const failed = (what: string, error: unknown, { aborted }: AbortSignal): undefined => {
    if (!aborted) tell(`${what}: ${(error as Error).message}`);
  };
  let restoring: Promise<string> | undefined;
  /** The files that were saved last while it runs. */
  let saved: { readonly stamp: string; readonly reference: string } | undefined;
  return {
    ...steps,
    restore: () => {
      restoring = given === undefined ? undefined : restore(given);
      return restoring?.then(
        (checkpoint) => ({ ...suggestion, checkpoint }),
        (error) => failed('its checkpoint cannot be restored, so it begins again', error, signal) ?? suggestion,
      );
    },
    save: async (named, ends) => {
      const path = pathOf(named);
      if (path === undefined) return undefined;
      const stamp = () => `${path}\n${stampOf(path)}`;
      try {
        const before = stamp();
        if (before === saved?.stamp) return saved.reference;
        const reference = await save(path, ends);
        if (stamp() !== before) return undefined; // it may be parts of two checkpoints
        saved = { stamp: before, reference };
        note?.(reference, path);
        return reference;
      } catch (error) {
        return failed('its checkpoint was not saved while it runs', error, ends);
      }
    },
    conclude: async (fact, last) => {
      const { checkpoint: named, ...without } = fact;
      const path = named === undefined ? undefined : pathOf(named, fact);
      if (path === undefined) return fact;
      const leftOut = (name: string) => tell(`${name} is not saved: a checkpoint holds only files, and links to files inside it`);
      try {
        const reference = await save(path, signal, leftOut);
        note?.(reference, path);
        return { ...fact, checkpoint: reference };
      } catch (error) {
        failed(`its checkpoint stays on this machine, at ${path}`, error, signal);
        if (last === undefined) return restoring && !note ? without : fact; // others resume from the checkpoint that this attempt was given
        note?.(last, path); // other machines resume from the last one that was saved
        return { ...fact, checkpoint: last };
      }
    },
  };
}

/** A fingerprint that changes with a file below a path, or with the file itself. */
export function stampOf(path: string): string {
  const names = lstatSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort() : [''];
  return names
    .map((name) => {
      const { size, mtimeMs } = lstatSync(join(path, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .join('\n');
}
