import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import { parseReference } from '../../streams/nats/checkpoints/reference.ts';
import { saveUnchanged } from '../../streams/nats/checkpoints/saveUnchanged.ts';
import type { Params } from '../facts/facts.ts';
import { jsonIn } from '../schema/json.ts';
import { attemptDirectory, checkpointsDirectory, trialDirectory } from '../stores/trialFiles.ts';
import type { TrialId } from '../strategy/messages.ts';
import { type CheckpointStore, commandStore, parseStored, type StoreCommands, type StoringRun } from './checkpointStore.ts';
import { savedIn } from './startTrial.ts';

interface SharedCheckpointsOptions {
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
  readonly warn: (message: string) => void;
}

/** Moves checkpoints between this machine and the server, or another place. */
export interface SharedCheckpoints {
  /**
   * The suggestion with its checkpoint on this machine; without a checkpoint, so that the trial begins again, if it cannot be restored. Undefined if there
   * is nothing to restore.
   */
  restore(of: StoringRun, suggestion: Suggestion<Params>): Promise<Suggestion<Params>> | undefined;
  /** Saves the checkpoint of a run that continues. @returns the reference; undefined if there is nothing to save, or it changed meanwhile */
  save(of: StoringRun, named: string | undefined): Promise<string | undefined>;
  /** The end of a run with its checkpoint stored, if a run on another machine may resume from it. @param last the reference that `save` found last */
  saveAtEnd(of: StoringRun, end: EndFact, last: string | undefined): Promise<EndFact>;
}

export function sharedCheckpoints({
  directory,
  resumes,
  retryErrors,
  commands,
  server,
  warn,
}: SharedCheckpointsOptions): SharedCheckpoints {
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
  const restore = async (of: StoringRun, reference: string, suggestion: Suggestion<Params>): Promise<Suggestion<Params>> => {
    const { trial, attempt, resumes: earlier } = suggestion;
    const here = savedHere(directory, reference, [trial, earlier ?? trial]);
    if (here !== undefined) return { ...suggestion, checkpoint: here };
    try {
      const restored = join(attemptDirectory(directory, trial, attempt), 'restored');
      return { ...suggestion, checkpoint: await storeOf(reference).restore(of, reference, restored) };
    } catch (error) {
      if (!of.signal?.aborted) warn(`trial ${trial}: its checkpoint cannot be restored, so it begins again: ${(error as Error).message}`);
      return suggestion;
    }
  };
  return {
    restore: (of, { checkpoint, ...suggestion }) =>
      checkpoint !== undefined && isElsewhere(checkpoint) ? restore(of, checkpoint, suggestion) : undefined,
    save: async (of, named) => {
      const path = pathOf(directory, of, named ?? '.');
      if (!store || path === undefined || (named === undefined && savedIn(path) === undefined)) return undefined;
      try {
        const reference = await saveUnchanged(path, () => store.save(of, path, () => {}));
        if (reference === undefined) return undefined;
        note(directory, of, { reference, path });
        return reference;
      } catch (error) {
        if (!of.signal?.aborted) warn(`trial ${of.trial}: its checkpoint was not saved while it runs: ${(error as Error).message}`);
        return undefined;
      }
    },
    saveAtEnd: async (of, end, last) => {
      if (end.checkpoint === undefined || !isWanted(end)) return end;
      const path = pathOf(directory, of, end.checkpoint);
      if (!store || path === undefined) return end; // such as a path that the trainers share
      try {
        const leftOut = (name: string) =>
          warn(`trial ${of.trial}: ${name} is not saved: a checkpoint holds only files, and links to files inside it`);
        const reference = await store.save(of, path, leftOut);
        note(directory, of, { reference, path });
        return { ...end, checkpoint: reference };
      } catch (error) {
        if (!of.signal?.aborted) warn(`trial ${of.trial}: its checkpoint stays on this machine, at ${path}: ${(error as Error).message}`);
        if (last === undefined) return end;
        note(directory, of, { reference: last, path }); // other machines resume from the last one that was saved
        return { ...end, checkpoint: last };
      }
    },
  };
}

/** The path of a checkpoint that a program has saved with its trial; undefined if it is elsewhere. */
function pathOf(directory: string, { trial, attempt }: StoringRun, named: string): string | undefined {
  const own = trialDirectory(directory, trial);
  const places = [resolve(named), resolve(checkpointsDirectory(directory, trial, attempt), named)];
  return places.find((path) => path.startsWith(own + sep) && existsSync(path));
}

/** A file whose lines map stored checkpoints to their files on this machine. The files are newer if the program has saved since. */
const NOTES = 'checkpoint.json';

interface Note {
  readonly reference: string;
  readonly path: string;
}

function note(directory: string, { trial, attempt }: StoringRun, { reference, path }: Note): void {
  const own = attemptDirectory(directory, trial, attempt);
  appendFileSync(join(own, NOTES), `${JSON.stringify({ reference, path: relative(own, path) } satisfies Note)}\n`);
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
