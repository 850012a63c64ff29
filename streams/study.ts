import { Observable } from 'rxjs';
import type { AppliedEntry } from '../src/ledger/appliedEntry.ts';
import type { Space } from '../src/space/space.ts';
import type { Directive } from './engine/directive.ts';
import { run } from './engine/run.ts';
import type { Log } from './log/log.ts';
import type { StudyOptions } from './options.ts';
import type { Strategy } from './strategy.ts';

/**
 * Drives a strategy from a log: each subscription is an engine that reads the log, goes on from where it ends, and tells trainers what to do.
 * Whoever evaluates appends to the same log. It completes when the study has closed and no trial is open.
 *
 * @param strategy nothing: that of the log, which begins with `auto()`.
 * @param options.exclusive whether this process has all trainers: runs that were open before its start are lost.
 * @param options.note told of each entry of the log, and what it did.
 * @example
 * study(space, ga(), log, { trials: 100, parallel: 4 })
 *   .pipe(evaluate(objective))
 *   .subscribe((event) => log.append(event));
 *
 * @throws MismatchError into the stream where the log is of another space, strategy or seed; StalledError, StrategyError of strategies.
 */
export const runStudy = <P>(
  space: Space<P>,
  strategy: Strategy | undefined,
  log: Log,
  options: StudyOptions & { readonly exclusive?: boolean | undefined; readonly note?: ((noted: AppliedEntry<P>) => void) | undefined } = {},
): Observable<Directive<P>> =>
  new Observable((out) => {
    const { stop } = run<P>(space, strategy, log, options, {
      direct: (directive) => out.next(directive),
      finished: () => out.complete(),
      fail: (error) => out.error(error),
    });
    return stop;
  });
