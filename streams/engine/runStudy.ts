import { Observable } from 'rxjs';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import type { Space } from '../../src/space/space.ts';
import type { Log } from '../log/log.ts';
import {
  checkLog,
  checkSpace,
  type FoundStrategy,
  type ParseOption,
  parseNone,
  refuseUnknown,
  type StrategyOption,
  type StudyOptions,
} from '../spec/options.ts';
import type { Directive } from './directive.ts';
import type { EarlierOption } from './earlier.ts';
import { runEngine } from './runEngine.ts';

export interface RunStudyOptions<P> extends StudyOptions, StrategyOption, ParseOption, EarlierOption {
  /** Whether all trainers are in this process: runs that were open before its start are then lost. Default: false. */
  readonly exclusive?: boolean | undefined;
  /** Called with each entry of the log and what it did. */
  readonly onEntry?: ((applied: AppliedEntry<P>) => void) | undefined;
}

/**
 * Runs a study on a log. Each subscription is an engine that reads the log, resumes at its end, and emits directives for trainers. Trainers append
 * their facts to the same log. The stream completes when the study has closed and no trial is open. The options hold the strategy, or `parseStrategy`.
 *
 * @example
 * runStudy(space, log, { strategy: ga(), trials: 100, parallel: 4 })
 *   .pipe(evaluate(objective))
 *   .subscribe((event) => log.append(event));
 *
 * @throws into the stream: MismatchError if the log has another space, strategy or seed; StalledError; StrategyError of a strategy.
 */
export const runStudy = <P>(space: Space<P>, log: Log, options: RunStudyOptions<P> & FoundStrategy): Observable<Directive<P>> =>
  new Observable((out) => {
    refuseUnknown(options, 'earlier', 'exclusive', 'onEntry');
    const { strategy, parseStrategy = parseNone } = options;
    checkSpace(space);
    checkLog(log);
    const { stop } = runEngine<P>(
      space,
      strategy,
      log,
      { ...options, parseStrategy },
      {
        direct: (directive) => out.next(directive),
        finished: () => out.complete(),
        fail: (error) => out.error(error),
      },
    );
    return stop;
  });
