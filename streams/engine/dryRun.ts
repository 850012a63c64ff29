import { NEVER, take } from 'rxjs';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Space } from '../../src/space/space.ts';
import { decide, RefusedError } from '../../src/study/commands.ts';
import type { Decided, Intent } from '../../src/study/intents.ts';
import type { ParseStrategy, Strategy } from '../kernel/strategy.ts';
import { withDefaults } from '../spec/defaults.ts';
import { createdOf, type StudyOptions } from '../spec/options.ts';
import type { EarlierOption } from './earlier.ts';
import { suggest } from './suggest.ts';

/**
 * Makes the first fact of a study and asks its strategy for the first trial, and discards both. Options that do not fit the log, and a strategy that
 * does not suit the study, fail here, before they are in the log, where they would end every engine.
 *
 * @throws RefusedError; what the strategy throws
 */
export function dryRun<P>(space: Space<P>, strategy: Strategy, { earlier: _, ...options }: StudyOptions & EarlierOption): void {
  const created = parseFact(createdOf(space, strategy, options));
  if (isRefusal(created)) throw new RefusedError(created);
  let failure: unknown;
  NEVER.pipe(suggest(space, { ...options, strategy }), take(1)) // not as many as may be open at once
    .subscribe({
      error: (error) => {
        failure = error;
      },
    })
    .unsubscribe();
  if (failure !== undefined) throw failure;
}

/**
 * Tries the strategy that a study is to switch to.
 *
 * @param data as in a study file
 * @param parse makes it
 * @returns the same with its defaults, as the log should hold it
 * @throws OptionError; what the strategy throws
 */
export function dryRunChange<P>(
  { space, settings: { seed, parallel, limits, objectives } }: Ledger<P>,
  data: unknown,
  parse: ParseStrategy,
): unknown {
  const directions = Object.fromEntries(objectives.map(({ name, direction }) => [name, direction]));
  const { trials } = limits;
  dryRun(space, parse(data), omitUndefined({ seed, parallel, objectives: directions, trials }));
  return withDefaults(data);
}

/** The fact that a person's command would become. @throws RefusedError; OptionError, StrategyError for a strategy that does not suit */
export function previewOf<P>(intent: Intent, ledger: Ledger<P>, parse: ParseStrategy): Decided {
  const fact = decide(intent, ledger, (strategy) => dryRunChange(ledger, strategy, parse));
  if ('code' in fact) throw new RefusedError(fact);
  return fact;
}
