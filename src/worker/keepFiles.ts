import { existsSync, readdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import type { ObjectiveSpec, Params } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { trialDirectory } from '../stores/trialFiles.ts';
import type { TrialId } from '../strategy/messages.ts';
import { expendable, isInUse, type Resumable } from '../study/expendable.ts';

/** The trials whose files can be deleted. */
export interface KeepOrder {
  /** Ended trials in the order of deletion. Only those with a directory matter. */
  order(present: ReadonlySet<TrialId>): readonly TrialId[];
  /** Whether a trial is running, or a running trial resumes it. */
  isInUse(trial: TrialId): boolean;
}

/**
 * Keeps the folder of the trials within a size: deletes the checkpoints of ended trials and, if that is not enough, all their files.
 *
 * @param bytes of all files below the folder.
 * @returns a function to call when a trial has ended; it resolves when the files are deleted.
 */
export function keepFiles(directory: string, bytes: number, ranking: KeepOrder, warn: (message: string) => void): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  let isDue = false;
  let isSaid = false;
  const sweep = async () => {
    isDue = false;
    let total = await sizeOf(directory);
    if (total <= bytes) return;
    const present = trialFolders(directory);
    const order = ranking.order(present).filter((trial) => present.has(trial));
    for (const find of [checkpointsOf, filesOf])
      for (const trial of order) {
        if (total <= bytes) return;
        for (const path of await find(directory, trial)) {
          const size = await sizeOf(path);
          if (ranking.isInUse(trial)) break; // it runs again meanwhile
          await rm(path, { recursive: true, force: true });
          total -= size;
        }
      }
    if (total <= bytes || isSaid) return;
    isSaid = true;
    warn(`${directory}: ${total} bytes, though --keep allows ${bytes}: the rest belongs to the best trial and to running trials`);
  };
  return () => {
    if (!isDue) turn = turn.then(sweep).catch((error: Error) => warn(`${directory}: files were not deleted: ${error.message}`));
    isDue = true;
    return turn;
  };
}

async function checkpointsOf(directory: string, trial: TrialId): Promise<string[]> {
  const own = trialDirectory(directory, trial);
  const attempts = (await namesIn(own)).filter((name) => /^attempt-\d+$/.test(name));
  return [...attempts.map((name) => join(own, name, 'checkpoints')), join(own, 'checkpoints')];
}

/** The trials that have a directory. */
const trialFolders = (directory: string): ReadonlySet<TrialId> =>
  new Set(existsSync(directory) ? readdirSync(directory).flatMap((name) => Number(/^trial-(\d+)$/.exec(name)?.[1] ?? [])) : []);

const filesOf = async (directory: string, trial: TrialId): Promise<string[]> => [trialDirectory(directory, trial)];

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Bytes of the files below a path. Those that vanish meanwhile do not count. */
async function sizeOf(path: string): Promise<number> {
  const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Keeps the folder of a worker within a size. */
export interface OwnFiles {
  began(suggestion: Suggestion<Params>): void;
  /** Resolves when the folder is within its size. */
  ended(event: EndFact): Promise<void>;
}

/**
 * Keeps the folder of a worker within a size. It knows the trials that the worker has run since its start; files of earlier trials are deleted first.
 *
 * @param bytes of all files below the folder.
 */
export function keepOwn(directory: string, bytes: number, objective: ObjectiveSpec, warn: (message: string) => void): OwnFiles {
  const rows = new Map<TrialId, Resumable>();
  const before = trialFolders(directory);
  const order = (present: ReadonlySet<TrialId>): readonly TrialId[] => {
    for (const { trial, status } of rows.values()) if (status !== 'open' && !present.has(trial)) rows.delete(trial); // nothing is left to delete
    const earlier = [...before].filter((trial) => present.has(trial) && !rows.has(trial) && !isInUse(rows.values(), trial));
    return [...earlier.sort((a, b) => a - b), ...expendable(rows.values(), objective)];
  };
  const sweep = keepFiles(directory, bytes, { order, isInUse: (trial) => isInUse(rows.values(), trial) }, warn);
  return {
    began: ({ trial, resumes, budget }) => {
      rows.set(trial, omitUndefined({ trial, status: 'open' as const, resumes, budget }));
    },
    ended: (event) => {
      const { trial, type: status } = event;
      const values = event.type === 'completed' ? event.values : undefined;
      rows.set(trial, { ...rows.get(trial), ...omitUndefined({ trial, status, values }) });
      return sweep();
    },
  };
}
