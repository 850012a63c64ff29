import type { Space } from '../../src/space/space.ts';
import type { EarlierOption } from '../engine/earlier.ts';
import type { Spans } from '../engine/spans.ts';
import { checkStrategy } from '../kernel/strategy.ts';
import type { Log } from '../log/log.ts';
import { memoryLog } from '../log/memory.ts';
import { objectivesOf } from '../spec/createdDifferences.ts';
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
import { checkDeclared } from '../spec/resuming.ts';
import { type EarlyOptions, withEarlyStopping } from '../spec/withEarlyStopping.ts';
import { studyOf } from './handle.ts';
import { react } from './port/entries.ts';
import { LocalPort } from './port/local.ts';
import { headAtStart } from './port/noResult.ts';
import type { Study } from './study.ts';
import { type WarnOptions, watchReports } from './unreported.ts';
import { watchWaits } from './waits.ts';

export interface CreateStudyOptions<O extends string = string>
  extends StudyOptions,
    StrategyOption,
    ParseOption,
    EarlyOptions,
    EarlierOption,
    WarnOptions {
  /**
   * What is optimised, by name; the first objective decides which trial is best. The types of values follow from it, so give it also if the log has
   * entries. Default: one objective `value`, minimised.
   */
  readonly objectives?: Readonly<Record<O, 'minimize' | 'maximize'>> | undefined;
  /** The log of the study. A log with entries is resumed. Default: in memory. */
  readonly log?: Log | undefined;
  /**
   * Lets trainers of other programs ask for trials through `studiesApp` of `hypertide/server`. A trial without a report or a heartbeat for this many
   * seconds is lost, and another attempt begins. Default: only this program evaluates trials, and no trial is lost.
   */
  readonly lease?: number | undefined;
  /** Traces the study, as `spansFrom` of `hypertide/monitoring` does. */
  readonly spans?: Spans | undefined;
}

/** `createStudy` of `hypertide` without a default: the options hold the strategy, or `parseStrategy`, which makes it. */
export function createStudy<P, O extends string = 'value'>(space: Space<P>, options: CreateStudyOptions<O> & FoundStrategy): Study<P, O> {
  checkStudy(space, options, 'lease', 'spans');
  const { log = memoryLog(), warn = console.warn, strategy: given, epochs, early, lease, parseStrategy = parseNone, ...rest } = options;
  const settings = { ...rest, parseStrategy };
  const strategy = withEarlyStopping(given, { epochs, early, ...settings }, space);
  const hosted = new LocalPort(space, log, { ...settings, strategy, lease, exclusive: lease === undefined });
  react(hosted.live$, watchReports('call study.report(trial, value, step)', headAtStart(log), warn), warn);
  return studyOf(hosted, { objectives: objectivesOf(options), waits: watchWaits(() => hosted.ledger, warn) });
}

/**
 * Checks what a study of this process is made of.
 *
 * @param others the names of options that not every such study has.
 * @throws OptionError
 */
export function checkStudy(space: unknown, options: StudyOptions & StrategyOption & { readonly log?: unknown }, ...others: string[]): void {
  refuseUnknown(options, 'epochs', 'early', 'earlier', 'log', 'warn', ...others);
  const { strategy, log } = options;
  if (strategy !== undefined) checkStrategy('strategy', strategy);
  checkDeclared(strategy, options);
  checkSpace(space);
  if (log !== undefined) checkLog(log);
}
