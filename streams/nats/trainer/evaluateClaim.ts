import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { type EndFact, type Evaluating, evaluateTrial } from '../../evaluate.ts';
import type { Objective } from '../../objective.ts';
import { type AttemptSteps, type Claim, HANDED_BACK, type Warn } from '../../study/training/claimedRun.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../checkpoints/bucket.ts';
import { type CheckpointPlace, checkpointed } from '../checkpoints/checkpointed.ts';
import { parseReference } from '../checkpoints/reference.ts';
import type { Subjects } from '../protocol/subjects.ts';

interface ClaimOptions extends Evaluating {
  readonly nc: NatsConnection;
  readonly subjects: Subjects;
  readonly warn: Warn;
}

/** Evaluates the objective for a claim. A checkpoint on the server is restored before that, and one on this machine is saved at the end. */
export function evaluateClaim<P>(
  objective: Objective<P>,
  claim: Claim<P>,
  { nc, subjects, warn, ...options }: ClaimOptions,
): AttemptSteps<P> {
  const { suggestion, run, trainer, signal } = claim;
  const { trial, attempt } = suggestion;
  const of: CheckpointRun = { nc, study: subjects, trainer, trial, attempt, run, signal };
  const directory = join(tmpdir(), `hypertide-checkpoint-${randomUUID()}`);
  let restoring: Promise<string> | undefined;
  const place: CheckpointPlace = {
    restore: (reference) => {
      restoring = parseReference(reference) && restoreCheckpoint(of, reference, directory);
      return restoring;
    },
    pathOf: (path) => (path !== undefined && existsSync(path) ? path : undefined),
    save: (path, ends, leftOut) => saveCheckpoint({ ...of, signal: ends }, path, leftOut),
  };
  const steps: AttemptSteps<P> = {
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
    left: () => void restoring?.catch(() => {}).then(() => rm(directory, { recursive: true, force: true })),
  };
  return checkpointed(steps, claim, place, warn);
}
