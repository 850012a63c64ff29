import type { ReadStream } from 'node:fs';
import type { TrialId } from '../messages.ts';
import type { KeptFile } from './wire.ts';

/** What trials printed and saved, where this process can read it. */
export interface KeptFiles {
  /** The output of each attempt, then the newest files. */
  list(trial: TrialId): Promise<readonly KeptFile[]>;
  /** A file of a trial; undefined if there is none. @param last bytes from its end, if not all */
  open(trial: TrialId, name: string, last?: number): Promise<ReadStream | undefined>;
  /** Adds a file, under `uploads`. @returns its name. @throws UserError if there is one of this name, or the name cannot be one of a file. */
  add(trial: TrialId, name: string, content: Uint8Array): Promise<string>;
}
