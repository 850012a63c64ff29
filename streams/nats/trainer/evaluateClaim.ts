import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Suggestion } from '../../engine/directive.ts';
import { type EndFact, type Evaluating, evaluateTrial } from '../../evaluate.ts';
import type { Objective } from '../../objective.ts';
import { type AttemptSteps, type Claim, HANDED_BACK, type Warn } from '../../study/training/claimedRun.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../checkpoints/bucket.ts';
import { parseReference } from '../checkpoints/reference.ts';
import { saveUnchanged } from '../checkpoints/saveUnchanged.ts';
import type { Subjects } from '../protocol/subjects.ts';

interface ClaimOptions extends Evaluating {
  readonly nc: NatsConnection;
  readonly subjects: Subjects;
  readonly warn: Warn;
}

/** Evaluates the objective for a claim. A checkpoint on the server is restored before that, and one on this machine is saved at the end. */
export function evaluateClaim<P>(
  objective: Objective<P>,
  { suggestion, run, trainer, signal }: Claim<P>,
  { nc, subjects, warn, ...options }: ClaimOptions,
): AttemptSteps<P> {
  const { trial, attempt } = suggestion;
  const of: CheckpointRun = { nc, study: subjects, trainer, trial, attempt, run, signal };
  const tell = (message: string) => warn(`trial ${trial}: ${message}`, { trial, run });
  /** The directory of the restored checkpoint. */
  const restored = parseReference(suggestion.checkpoint) && join(tmpdir(), `hypertide-checkpoint-${randomUUID()}`);
  let restoring: Promise<Suggestion<P>> | undefined;

  const restore = async (directory: string): Promise<Suggestion<P>> => {
    const { checkpoint, ...without } = suggestion;
    try {
      return { ...without, checkpoint: await restoreCheckpoint(of, checkpoint!, directory) };
    } catch (error) {
      if (!signal.aborted) tell(`its checkpoint cannot be restored, so it begins again: ${(error as Error).message}`);
      return without;
    }
  };
  return {
    restore: () => {
      restoring = restored === undefined ? undefined : restore(restored);
      return restoring;
    },
    begin: (ready, say) => {
      const { stop, abandon, checkpoint } = evaluateTrial(objective, ready, run, say, options);
      const preempt = () => {
        abandon();
        const fact: EndFact = { type: 'failed', trial, attempt, run, reason: 'preempted', message: HANDED_BACK };
        const last = checkpoint();
        say.end(last === undefined ? fact : { ...fact, checkpoint: last });
      };
      return { stop, preempt };
    },
    save: async (path, signal) => {
      if (path === undefined || !existsSync(path)) return undefined;
      try {
        return await saveUnchanged(path, () => saveCheckpoint({ ...of, signal }, path));
      } catch (error) {
        if (!signal.aborted) tell(`its checkpoint was not saved while it runs: ${(error as Error).message}`);
        return undefined;
      }
    },
    conclude: async (fact, last) => {
      const { checkpoint: path, ...rest } = fact;
      if (path === undefined || !existsSync(path)) return fact;
      try {
        const leftOut = (name: string) => tell(`${name} is not saved: a checkpoint holds only files, and links to files inside it`);
        return { ...fact, checkpoint: await saveCheckpoint(of, path, leftOut) };
      } catch (error) {
        if (!signal.aborted) tell(`its checkpoint stays on this machine, at ${path}: ${(error as Error).message}`);
        if (last !== undefined) return { ...fact, checkpoint: last };
        return restored === undefined ? fact : rest; // others resume from the checkpoint that this attempt was given
      }
    },
    left: () => void restoring?.then(() => rm(restored!, { recursive: true, force: true })),
  };
}
