import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../../streams/nats/checkpoints/bucket.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { environmentFor, guard, newMark, release, signalGroup, sweep } from '../programs/supervisor.ts';

/** A run that saves or resumes, wherever its study is. */
export type StoringRun = Omit<CheckpointRun, 'nc'>;

/** Where workers keep checkpoints for each other. */
export interface CheckpointStore {
  /** Saves a file or directory. @returns the reference. @throws if it cannot */
  save(of: StoringRun, path: string, leftOut: (name: string) => void): Promise<string>;
  /** Restores it into a directory that does not exist yet. @returns its path. @throws if it cannot */
  restore(of: StoringRun, reference: string, directory: string): Promise<string>;
}

/** The NATS server of the study. */
export const serverStore = (nc: CheckpointRun['nc']): CheckpointStore => ({
  save: (of, ...what) => saveCheckpoint({ ...of, nc }, ...what),
  restore: (of, ...what) => restoreCheckpoint({ ...of, nc }, ...what),
});

/** Shell commands from the configuration of a worker. */
export interface StoreCommands {
  /** Saves the directory `$HYPERTIDE_PATH`, and prints the reference in its last line. `$HYPERTIDE_SAVE` is a new name for each save. */
  readonly store: string;
  /** Writes what `$HYPERTIDE_REFERENCE` names into the directory `$HYPERTIDE_PATH`. */
  readonly fetch: string;
}

/** The longest reference in a fact. */
const LONGEST_REFERENCE = 4096;
/** The time limit of a command in milliseconds. */
const COMMAND_LIMIT = 30 * 60_000;

/** What `--store` has saved: the reference that it printed, and the name if the checkpoint is a file. */
interface Stored {
  readonly name: string;
  readonly reference: string;
}

/** Has a prefix, because a program may name a place of its own, such as `s3://bucket/17`. @example store:model.pt:s3://runs/digits/1.1 */
const textOf = ({ name, reference }: Stored): string => `store:${encodeURIComponent(name)}:${reference}`;

/**
 * Undefined if a text names something else. It may come from another worker, so it must not be an option of a command or a path out of a directory.
 */
export function parseStored(text: string): Stored | undefined {
  const [, encoded, reference] = /^store:([\w%.~!*'()-]*):([^-].*)$/.exec(text) ?? [];
  if (encoded === undefined || reference === undefined) return undefined;
  try {
    const name = decodeURIComponent(encoded);
    return name === basename(name) && name !== '..' ? { name, reference } : undefined;
  } catch {
    return undefined; // not a valid encoding
  }
}

/**
 * A place that commands can reach, such as a bucket. Commands always get a directory, so a file is put into one. @param patience milliseconds for
 * each
 */
export function commandStore({ store, fetch }: StoreCommands, patience = COMMAND_LIMIT): CheckpointStore {
  let saves = 0;
  const save: CheckpointStore['save'] = async (of, path) => {
    const name = statSync(path).isFile() ? basename(path) : '';
    const directory = name === '' ? path : mkdtempSync(`${path}.`);
    try {
      if (name !== '') await copyFile(path, join(directory, name), constants.COPYFILE_FICLONE);
      const printed = await run('store', store, of, { HYPERTIDE_PATH: directory, HYPERTIDE_SAVE: `${of.run}-${++saves}` }, patience);
      const text = textOf({ name, reference: printed.trim().split('\n').at(-1)!.trim() });
      if (text.length > LONGEST_REFERENCE || !parseStored(text))
        throw new Error(
          `the command of --store must print a reference in its last line, of at most ${LONGEST_REFERENCE} characters, that does not begin with -`,
        );
      return text;
    } finally {
      if (name !== '') await rm(directory, { recursive: true, force: true });
    }
  };
  const restore: CheckpointStore['restore'] = async (of, text, directory) => {
    const { name, reference } = parseStored(text)!;
    mkdirSync(directory, { recursive: true });
    await run('fetch', fetch, of, { HYPERTIDE_PATH: directory, HYPERTIDE_REFERENCE: reference }, patience);
    const path = join(directory, name);
    if (!existsSync(path)) throw new Error('the command of --fetch has not written the file that was stored');
    return path;
  };
  return { save, restore };
}

/** Runs a shell command. Everything that it started is killed when it is aborted or reaches its time limit. @returns what it printed */
async function run(
  option: string,
  command: string,
  { study, trial, run, signal }: StoringRun,
  variables: Readonly<Record<string, string>>,
  patience: number,
): Promise<string> {
  signal?.throwIfAborted();
  const mark = newMark();
  const own = { ...variables, HYPERTIDE_STUDY: subjectsOf(study).name, HYPERTIDE_TRIAL: String(trial), HYPERTIDE_RUN: run };
  const env = { ...process.env, ...own, ...environmentFor(mark) };
  const child = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const group = child.pid;
  if (group !== undefined) guard(group);
  let isOver = false;
  const end = () => {
    child.stdout.destroy(); // a process that left the group may keep it open
    signalGroup(group, 'SIGKILL');
    sweep(mark);
  };
  const timer = setTimeout(() => {
    isOver = true;
    end();
  }, patience);
  signal?.addEventListener('abort', end);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-4 * LONGEST_REFERENCE);
  });
  try {
    const [code, killed] = await once(child, 'close');
    signal?.throwIfAborted();
    if (isOver) throw new Error(`the command of --${option} was ended, since it took longer than ${patience / 60_000} minutes`);
    if (code !== 0) throw new Error(`the command of --${option} exited with ${code ?? killed}`);
    return printed;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    if (group !== undefined) release(group);
  }
}
