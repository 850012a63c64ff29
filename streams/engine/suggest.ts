import { asyncScheduler, Observable, type OperatorFunction } from 'rxjs';
import type { Entry } from '../../src/facts/entry.ts';
import type { Fact, TrialEvent } from '../../src/facts/facts.ts';
import type { Space } from '../../src/space/space.ts';
import { createdOf, refuseUnknown, type StrategyOption, type StudyOptions } from '../spec/options.ts';
import { auto } from '../strategies/auto.ts';
import type { Directive } from './directive.ts';
import { Engine } from './engine.ts';

/**
 * A study as an operator, from facts of trainers to directives. It keeps no log: the facts that come in are the log, and each is answered at
 * once. It completes when the study has closed, or when its source completes.
 *
 * @throws OptionError, StalledError and what the strategy throws, into the stream.
 * @example
 * results$.pipe(suggest(space, { strategy: ga(), trials: 100, parallel: 4 })).subscribe((directive) => queue.push(directive));
 */
export const suggest =
  <P>(space: Space<P>, options: StudyOptions & StrategyOption = {}): OperatorFunction<TrialEvent, Directive<P>> =>
  (events$) =>
    new Observable((out) => {
      refuseUnknown(options, 'strategy');
      const { strategy = auto() } = options;
      let position = 0;
      const write = (fact: Fact<P>) => engine.receive([{ position: ++position, at: asyncScheduler.now(), fact }]);
      const engine = new Engine<P>({
        space,
        strategy,
        inspect: options.inspect,
        watch: options.watch,
        append: write,
        direct: (directive) => out.next(directive),
        past: () => forgotten(),
        finished: () => out.complete(),
        fail: (error) => out.error(error),
      });
      out.add(() => engine.dispose());
      write(createdOf(space, strategy, options));
      // Subscribe before the first suggestion, which may be answered at once.
      out.add(events$.subscribe({ next: write, error: (e) => out.error(e), complete: () => out.complete() }));
      engine.resumeAt(0);
    });

/** Facts of trainers never amend the past. */
async function* forgotten(): AsyncGenerator<readonly Entry[]> {}
