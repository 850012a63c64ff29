import { NEVER } from 'rxjs';
import { DECISIONS } from '../../src/facts/versions.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { omitUndefined } from '../../src/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import { withDefaults } from '../spec/defaults.ts';
import type { StudyOptions } from '../spec/options.ts';
import { parseStrategy } from '../spec/spec.ts';
import type { Strategy } from '../strategy.ts';
import { suggest } from './suggest.ts';

/**
 * Asks a strategy for the first trial of a study and discards it. A strategy that does not suit the study fails here, before it is in the log,
 * where it would end every engine.
 *
 * @throws what the strategy throws
 */
export function dryRun<P>(space: Space<P>, strategy: Strategy, options: StudyOptions): void {
  let failure: unknown;
  NEVER.pipe(suggest(space, { ...options, strategy }))
    .subscribe({
      error: (error) => {
        failure = error;
      },
    })
    .unsubscribe();
  if (failure !== undefined) throw failure;
}

/**
 * Tries a strategy out that shall be put in charge of a study.
 *
 * @param data as in a study file
 * @returns the same with its defaults, as the log should hold it
 * @throws OptionError; what the strategy throws
 */
export function dryRunChange<P>({ space, settings: { seed, parallel, limits, objectives } }: Ledger<P>, data: unknown): unknown {
  const directions = Object.fromEntries(objectives.map(({ name, direction }) => [name, direction]));
  const { trials } = limits;
  dryRun(space, parseStrategy(data), omitUndefined({ seed, parallel, objectives: directions, trials }));
  return withDefaults(data, DECISIONS);
}
