import type { HostedStudy } from '../../streams/host.ts';
import type { Created } from '../facts/facts.ts';
import { RefusedError } from '../study/commands.ts';
import type { Allowances } from './allowances.ts';
import type { Feeds } from './feeds.ts';

/** The studies that a server runs. */
export interface Studies {
  readonly all: ReadonlyMap<string, HostedStudy>;
  /** What users have used of their allowances. */
  readonly allowances: Allowances;
  readonly feeds: Feeds;
  /** Tells the people who run the server. */
  warn(message: string): void;
  /** Calls back with the name of a study whenever it has changed. @returns a function that unsubscribes */
  watch(changed: (study: string) => void): () => void;
  /** The first fact that a study would have. @throws UserError if it cannot be created. */
  check(description: unknown): Promise<Created>;
  /** Creates a study from a study file as data, and runs it. @throws UserError */
  create(description: unknown): Promise<HostedStudy>;
}

/** @throws RefusedError */
export function studyIn({ all }: Studies, name: string): HostedStudy {
  const study = all.get(name);
  if (!study) throw new RefusedError({ code: 'unknown-study', message: `there is no study ${name.slice(0, 60)}` });
  return study;
}
