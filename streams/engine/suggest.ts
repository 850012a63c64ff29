import { asyncScheduler, Observable, type OperatorFunction } from 'rxjs';
import type { Entry } from '../../src/facts/entry.ts';
import type { Fact, TrialEvent } from '../../src/facts/facts.ts';
import type { Space } from '../../src/space/space.ts';
import type { Log } from '../log/log.ts';
import {
  checkLog,
  checkSpace,
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
import { runEngine } from './runEngine.ts';

export interface SuggestOptions extends StudyOptions, StrategyOption, ParseOption {
  /**
   * The log of the study, which keeps the events that come in. A log with entries is resumed, and its open trials are suggested again. Default: none, and
   * each event is answered at once.
   */
  readonly log?: Log | undefined;
}

/** `suggest` of `hypertide` without a default: the options hold the strategy, or `parseStrategy`, which makes it. */
export const suggest =
  <P>(space: Space<P>, options: SuggestOptions & FoundStrategy): OperatorFunction<TrialEvent, Directive<P>> =>
  (events$) =>
    new Observable((out) => {
      refuseUnknown(options, 'log');
      checkSpace(space);
      const { strategy, parseStrategy = parseNone, log, ...settings } = options;
      const fail = (error: unknown) => out.error(error);
      if (log) {
        checkLog(log);
        const finished = () => out.complete();
        const run = runEngine(
          space,
          strategy,
          log,
          { ...settings, parseStrategy },
          { direct: (directive) => out.next(directive), finished, fail },
        );
        out.add(run.stop);
        const store = (event: TrialEvent) => void log.append(event).catch(fail);
        out.add(events$.subscribe({ next: store, error: fail, complete: () => out.complete() }));
        return;
      }
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
        fail,
      });
      out.add(() => engine.dispose());
      write(createdOf(space, strategy, options));
      // Subscribe before the first suggestion, which may be answered at once.
      out.add(events$.subscribe({ next: write, error: (e) => out.error(e), complete: () => out.complete() }));
      engine.resumeAt(0);
    });

/** Facts of trainers never amend the past. */
async function* forgotten(): AsyncGenerator<readonly Entry[]> {}
