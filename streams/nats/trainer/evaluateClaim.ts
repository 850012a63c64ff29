import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { Life } from '../../../machines/chart.ts';
import { objectiveChart } from '../../../machines/trainers.ts';
import type { Suggestion } from '../../engine/directive.ts';
import { type EndFact, type Evaluating, evaluateTrial, type RunningEvaluation, type Say } from '../../evaluate.ts';
import type { Objective } from '../../objective.ts';
import { parseReference } from '../checkpoints/reference.ts';
import { saveRunning, saveUnchanged } from '../checkpoints/saveRunning.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../checkpoints/transfer.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { type Claim, HANDED_BACK, type Performing, type Warn } from './claimedRun.ts';

interface ClaimOptions extends Evaluating {
  readonly nc: NatsConnection;
  readonly subjects: Subjects;
  /** Seconds between two saves of the checkpoint of a running trial. */
  readonly saveEvery: number | undefined;
  readonly warn: Warn;
}

/** Evaluates the objective for a claim. A checkpoint on the server is restored before that, and one on this machine is saved at the end. */
export function evaluateClaim<P>(
  objective: Objective<P>,
  { suggestion, run, trainer, say }: Claim<P>,
  { nc, subjects, saveEvery, warn, ...options }: ClaimOptions,
): Performing {
  const { trial, attempt } = suggestion;
  const leaving = new AbortController();
  const of: CheckpointRun = { nc, study: subjects, trainer, trial, run, signal: leaving.signal };
  const life = new Life(objectiveChart);
  let evaluation: RunningEvaluation | undefined;
  /** What stopped it before it began. */
  let stopped: string | undefined;
  /** What was saved last while it ran. */
  let last: string | undefined;
  const tell = (message: string) => warn(`trial ${trial}: ${message}`, { trial, run });

  const save = async (path: string | undefined, signal: AbortSignal) => {
    if (path === undefined || !existsSync(path)) return undefined;
    try {
      const reference = await saveUnchanged(path, () => saveCheckpoint({ ...of, signal }, path));
      if (reference === undefined || reference === last) return undefined;
      last = reference;
      return reference;
    } catch (error) {
      if (!signal.aborted) tell(`its checkpoint was not saved while it runs: ${(error as Error).message}`);
      return undefined;
    }
  };
  const saving = saveEvery === undefined ? undefined : saveRunning(save, saveEvery, () => say.waiting() === 0);
  const saveAtEnd = async (fact: EndFact): Promise<EndFact> => {
    await saving?.close();
    const { checkpoint: path, ...rest } = fact;
    if (path === undefined || !existsSync(path)) return fact;
    try {
      const leftOut = (name: string) => tell(`${name} is not saved: a checkpoint holds only files, and links to files inside it`);
      return { ...fact, checkpoint: await saveCheckpoint(of, path, leftOut) };
    } catch (error) {
      if (!leaving.signal.aborted) tell(`its checkpoint stays on this machine, at ${path}: ${(error as Error).message}`);
      if (last !== undefined) return { ...fact, checkpoint: last };
      return restoring ? rest : fact; // others resume from the checkpoint that this attempt was given
    }
  };
  const leave = (fact?: EndFact) => {
    if (!life.send('left')) return;
    leaving.abort();
    void saving?.close();
    say.end(fact);
    void restoring?.then((directory) => rm(directory, { recursive: true, force: true }));
  };
  const end = (fact: EndFact) => {
    if (!life.send('ended')) return;
    if (fact.checkpoint === undefined && !saving) leave(fact);
    else void saveAtEnd(fact).then(leave);
  };

  const begin = (ready: Suggestion<P>, message?: string) => {
    if (!life.send('begun')) return;
    if (message !== undefined) tell(message);
    const report: Say['report'] = (fact, path) => say.report(saving?.reported(fact, path) ?? fact);
    evaluation = evaluateTrial(objective, ready, run, { report, end }, options);
    if (stopped !== undefined) evaluation.stop(stopped);
  };
  /** @returns the directory of the checkpoint */
  const restore = async ({ checkpoint, ...without }: Suggestion<P>): Promise<string> => {
    const directory = join(tmpdir(), `hypertide-checkpoint-${randomUUID()}`);
    await restoreCheckpoint(of, checkpoint!, directory).then(
      (path) => begin({ ...without, checkpoint: path }),
      (error) => begin(without, `its checkpoint cannot be restored, so it begins again: ${(error as Error).message}`),
    );
    return directory;
  };
  const restoring = parseReference(suggestion.checkpoint) ? restore(suggestion) : undefined;
  if (!restoring) begin(suggestion);

  return {
    stop: (by) => {
      stopped ??= by;
      evaluation?.stop(by);
    },
    preempt: () => {
      const checkpoint = evaluation?.checkpoint();
      evaluation?.abandon();
      const fact: EndFact = { type: 'failed', trial, attempt, run, reason: 'preempted', message: HANDED_BACK };
      end(checkpoint === undefined ? fact : { ...fact, checkpoint });
    },
    abandon: () => {
      evaluation?.abandon();
      leave();
    },
  };
}
