import type { HostedStudy } from '../../streams/host/host.ts';
import type { Created } from '../facts/facts.ts';
import type { Studies } from '../study/place.ts';
import type { Allowances } from './allowances.ts';
import type { Feeds } from './feeds.ts';

/** The studies that a server runs. */
export interface RunningStudies extends Omit<Studies<HostedStudy>, 'open'> {
  /** @throws RefusedError if there is no such study */
  open(name: string): HostedStudy;
  /** What users have used of their allowances. */
  readonly allowances: Allowances;
  readonly feeds: Feeds;
  /** Prints a line for people who run the server. */
  warn(message: string): void;
  /** Calls back with the name of a study whenever it has changed. @returns a function that unsubscribes */
  watch(changed: (study: string) => void): () => void;
  /** The first fact that `create` would write. @throws as `create` */
  check(name: string, study: unknown): Promise<Created>;
}
