import type { ReadStream } from 'node:fs';
import type { TrialId } from '../../strategy/messages.ts';
import type { KeptFile } from './wire.ts';

/** The output and files of trials, if this process can read them. */
export interface KeptFiles {
  /** The output of each attempt, then the newest files. */
  list(trial: TrialId): Promise<readonly KeptFile[]>;
  /** A file of a trial; undefined if it does not exist. @param last bytes from its end, if not all */
  open(trial: TrialId, name: string, last?: number): Promise<ReadStream | undefined>;
  /** Adds a file, under `uploads`. @returns its name. @throws UserError if there is one of this name, or the name cannot be one of a file. */
  add(trial: TrialId, name: string, content: Uint8Array): Promise<string>;
}
