import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import type { AttemptSteps, Claim, Warn } from '../../study/training/claimedRun.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from './bucket.ts';
import { type CheckpointPlace, checkpointed } from './checkpointed.ts';
import { parseReference } from './reference.ts';

/** Where checkpoints are. */
export interface FilesOptions {
  readonly nc: NatsConnection;
  readonly subjects: Subjects;
  readonly warn: Warn;
}

/** The steps of a claim. A checkpoint on the server is restored on this machine before them, and one on this machine is saved on the server. */
export function withFiles<P>(steps: AttemptSteps<P>, claim: Claim<P>, { nc, subjects, warn }: FilesOptions): AttemptSteps<P> {
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
  const left: AttemptSteps<P>['left'] = (fact) => {
    steps.left?.(fact);
    void restoring?.catch(() => {}).then(() => rm(directory, { recursive: true, force: true }));
  };
  return checkpointed({ ...steps, left }, claim, place, warn);
}
