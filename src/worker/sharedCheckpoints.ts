import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { EndFact } from '../../streams/evaluate.ts';
import { type CheckpointPlace, checkpointed } from '../../streams/nats/checkpoints/checkpointed.ts';
import { parseReference } from '../../streams/nats/checkpoints/reference.ts';
import type { AttemptSteps, Claim, Warn } from '../../streams/study/training/claimedRun.ts';
import type { Params } from '../facts/facts.ts';
import { jsonIn } from '../schema/json.ts';
import { attemptDirectory, checkpointsDirectory, trialDirectory } from '../stores/trialFiles.ts';
import type { TrialId } from '../strategy/messages.ts';
import { type CheckpointStore, commandStore, parseStored, type StoreCommands, type StoringRun } from './checkpointStore.ts';
import { savedIn } from './startTrial.ts';

interface SharedCheckpointsOptions extends Pick<StoringRun, 'study'> {
  /** The directory in which this worker keeps the files of trials. */
  readonly directory: string;
  /** Whether others may resume a trial that has ended. */
  readonly resumes: boolean;
  /** Whether a trial is tried again after an error of its program. */
  readonly retryErrors: boolean;
  /** The place for checkpoints, if not that of the study. */
  readonly commands?: StoreCommands | undefined;
  /** The place of the study. Without any, checkpoints stay where programs save them. */
  readonly server?: CheckpointStore | undefined;
  readonly warn: Warn;
}

/** Adds steps to an attempt, which move its checkpoints between this machine and the server, or another place. */
export type SharedCheckpoints = (steps: AttemptSteps<Params>, claim: Claim<Params>) => AttemptSteps<Params>;

export function sharedCheckpoints(options: SharedCheckpointsOptions): SharedCheckpoints {
  const { study, directory, resumes, retryErrors, commands, server, warn } = options;
  const own = commands && commandStore(commands);
  const store = own ?? server;
  const isElsewhere = (reference: string): boolean => parseReference(reference) !== undefined || parseStored(reference) !== undefined;
  const storeOf = (reference: string): CheckpointStore => {
    const other = parseReference(reference) ? server : own;
    if (!other) throw new Error('another worker stored it where this one cannot fetch it: give all workers --store and --fetch');
    return other;
  };
  const isWanted = (end: EndFact): boolean => {
    if (end.type !== 'failed') return resumes;
    return end.reason === 'preempted' || (end.reason === 'error' && retryErrors);
  };
  return (steps, claim) => {
    const { suggestion, run, trainer, signal } = claim;
    const { trial, attempt, resumes: earlier = trial } = suggestion;
    const of: StoringRun = { study, trainer, trial, attempt, run, signal };
    const files = attemptDirectory(directory, trial, attempt);
    const checkpoints = checkpointsDirectory(directory, trial, attempt);
    const restore = async (reference: string) =>
      savedHere(directory, reference, [trial, earlier]) ?? storeOf(reference).restore(of, reference, join(files, 'restored'));
    const place: CheckpointPlace = {
      restore: (reference) => (isElsewhere(reference) ? restore(reference) : undefined),
      pathOf: (named, end) => {
        if (!store || (end && !isWanted(end))) return undefined;
        if (named === undefined) return savedIn(checkpoints);
        const isOwn = (path: string) => path.startsWith(trialDirectory(directory, trial) + sep); // others are such as a path that the trainers share
        return [resolve(named), resolve(checkpoints, named)].find((path) => isOwn(path) && existsSync(path));
      },
      save: (path, ends, leftOut = () => {}) => store!.save({ ...of, signal: ends }, path, leftOut),
      note: (reference, path) => {
        const note: Note = { reference, path: relative(files, path) };
        appendFileSync(join(files, NOTES), `${JSON.stringify(note)}\n`);
      },
    };
    return checkpointed(steps, claim, place, warn);
  };
}

/** A file whose lines map stored checkpoints to their files on this machine. The files are newer if the program has saved since. */
const NOTES = 'checkpoint.json';

interface Note {
  readonly reference: string;
  readonly path: string;
}

/** A checkpoint that a worker with this directory saved. */
function savedHere(directory: string, reference: string, trials: readonly TrialId[]): string | undefined {
  for (const own of trials.map((trial) => trialDirectory(directory, trial)))
    for (const name of existsSync(own) ? readdirSync(own) : []) {
      const note = notesIn(join(own, name, NOTES)).findLast((one) => one.reference === reference);
      if (!note) continue;
      const path = resolve(own, name, note.path);
      if (existsSync(path)) return path;
    }
  return undefined;
}

/** A worker that was killed while it wrote a line leaves a part of it. */
function notesIn(file: string): Note[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (jsonIn(line) as Note | undefined) ?? []);
}
