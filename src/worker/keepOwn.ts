import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import type { ObjectiveSpec, Params } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialId } from '../strategy/messages.ts';
import { expendable, isInUse, type Resumable } from '../study/expendable.ts';
import { keepFiles, trialFolders } from './keepFiles.ts';

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
