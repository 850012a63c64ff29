import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { parseReference } from '../../../streams/nats/checkpoints/reference.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/transfer.ts';

/** Where workers keep checkpoints for each other. */
export interface Depot {
  /** Whether a reference names something here. */
  holds(reference: string): boolean;
  /** Saves a file or directory. @returns the reference; @throws why it cannot */
  save(of: CheckpointRun, path: string, leftOut: (name: string) => void): Promise<string>;
  /** Restores it into a directory that does not exist yet. @returns its path; @throws why it cannot */
  restore(of: CheckpointRun, reference: string, directory: string): Promise<string>;
}

/** The NATS server of the study. */
export const serverDepot: Depot = {
  holds: (reference) => parseReference(reference) !== undefined,
  save: saveCheckpoint,
  restore: restoreCheckpoint,
};

/** Commands of the shell, from the configuration of a worker. */
export interface DepotCommands {
  /** Saves `$HYPERTIDE_PATH`, and prints the reference in its last line. */
  readonly store: string;
  /** Writes what `$HYPERTIDE_REFERENCE` names into the directory `$HYPERTIDE_PATH`. */
  readonly fetch: string;
}

/** The longest reference in a fact. */
const LONGEST = 4096;

/** A place that commands reach, such as a bucket. References to files of this machine are not its own. */
export const commandDepot = ({ store, fetch }: DepotCommands): Depot => ({
  holds: (reference) => !serverDepot.holds(reference) && !existsSync(reference),
  save: async (of, path) => {
    const printed = await run('store', store, of, { HYPERTIDE_PATH: path });
    const reference = printed.trim().split('\n').at(-1)!.trim();
    if (reference === '' || reference.length > LONGEST || reference.startsWith('-') || serverDepot.holds(reference))
      throw new Error(
        `the command of --store must print a reference in its last line, but printed ${JSON.stringify(reference.slice(0, 80))}`,
      );
    return reference;
  },
  restore: async (of, reference, directory) => {
    mkdirSync(directory, { recursive: true });
    await run('fetch', fetch, of, { HYPERTIDE_PATH: directory, HYPERTIDE_REFERENCE: reference });
    return directory;
  },
});

/** Runs a command of the shell. @returns what it printed */
async function run(option: string, command: string, of: CheckpointRun, variables: Readonly<Record<string, string>>): Promise<string> {
  const { study, trial, run, signal } = of;
  const env = { ...process.env, ...variables, HYPERTIDE_STUDY: study, HYPERTIDE_TRIAL: String(trial), HYPERTIDE_RUN: run };
  const child = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'pipe', process.stderr.fd], ...(signal && { signal }) });
  let printed = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-4 * LONGEST);
  });
  const [code, killed] = await once(child, 'close');
  if (code !== 0) throw new Error(`the command of --${option} exited with ${code ?? killed}`);
  return printed;
}
