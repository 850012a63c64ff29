import { asyncScheduler, Observable, type OperatorFunction } from 'rxjs';
import type { Entry } from '../../src/facts/entry.ts';
import type { Fact, TrialEvent } from '../../src/facts/facts.ts';
import type { Space } from '../../src/space/space.ts';
import {
  createdOf,
  type FoundStrategy,
  type ParseOption,
  parseNone,
  refuseUnknown,
  type StrategyOption,
  type StudyOptions,
} from '../spec/options.ts';
import type { Directive } from './directive.ts';
import { Engine } from './engine.ts';

export interface SuggestOptions extends StudyOptions, StrategyOption, ParseOption {}

/** `suggest` of `hypertide` without a default: the options hold the strategy, or `parseStrategy`, which makes it. */
export const suggest =
  <P>(space: Space<P>, options: SuggestOptions & FoundStrategy): OperatorFunction<TrialEvent, Directive<P>> =>
  (events$) =>
    new Observable((out) => {
      refuseUnknown(options);
      const { strategy, parseStrategy = parseNone } = options;
      let position = 0;
      const write = (fact: Fact<P>) => engine.receive([{ position: ++position, at: asyncScheduler.now(), fact }]);
      const engine = new Engine<P>({
        space,
        strategy,
        parseStrategy,
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
