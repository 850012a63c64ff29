import type { HostedStudy } from '../../streams/host.ts';
import { RefusedError } from '../study/commands.ts';

/** The studies that a server runs. */
export interface Studies {
  readonly all: ReadonlyMap<string, HostedStudy>;
  /** Creates a study from a study file as data, and runs it. @throws UserError */
  create(description: unknown): Promise<HostedStudy>;
}

/** @throws RefusedError */
export function studyIn({ all }: Studies, name: string): HostedStudy {
  const study = all.get(name);
  if (!study) throw new RefusedError({ code: 'unknown-study', message: `there is no study ${name.slice(0, 60)}` });
  return study;
}
