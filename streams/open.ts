import type { Completed, FailureReason, Params, Values } from '../src/facts/facts.ts';
import type { TrialId } from '../src/messages.ts';
import type { Space } from '../src/space/space.ts';
import type { Suggestion } from './engine.ts';
import type { Log } from './log/log.ts';
import { memoryLog } from './log/memory.ts';
import type { Noted } from './noted.ts';
import type { StudyOptions } from './options.ts';
import { run } from './run.ts';
import type { Strategy } from './strategy.ts';

/** A study without streams: you ask for a trial, evaluate it in your own way, and tell. */
export interface OpenStudy<P> {
  /**
   * The next trial to evaluate. It waits while the strategy waits, and while `parallel` trials are open; tell one of them.
   *
   * @returns nothing when the study is over.
   * @throws what the study throws.
   */
  ask(): Promise<Suggestion<P> | undefined>;
  /** The result of a trial: the value of the only objective, or more. @throws TellError if it does not count. */
  tell(trial: TrialId, result: number | Omit<Completed, 'type' | 'trial' | 'run'>): Promise<void>;
  /** A trial has no result. @throws TellError if it does not count. */
  fail(trial: TrialId, reason?: FailureReason, message?: string): Promise<void>;
  /**
   * How a trial is doing.
   *
   * @returns whether it should stop; then say `stopped` instead of telling a result.
   * @throws TellError if it does not count.
   */
  report(trial: TrialId, step: number, values: number | Values): Promise<{ readonly stop: boolean }>;
  /** A trial was stopped; its last report is its result. @throws TellError if it does not count. */
  stopped(trial: TrialId): Promise<void>;
  /** Shall be tried next; what is left out is drawn. @throws TellError if it does not fit the space. */
  enqueue(params: Params): Promise<void>;
  /** Takes a wrong result back: everything goes on as if the trial had failed. @throws TellError */
  retract(trial: TrialId): Promise<void>;
  /** Ends the engine; the log can be opened again. */
  close(): Promise<void>;
}

/** A study did not take in what it was told; the message says why. */
export class TellError extends Error {
  override readonly name = 'TellError';
}

/**
 * Opens a study for those who want no streams.
 *
 * @example
 * const study = open(space, ga(), { trials: 100 });
 * for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, await train(next.params));
 */
export function open<P>(
  space: Space<P>,
  strategy: Strategy,
  options: StudyOptions & { readonly log?: Log; readonly note?: (noted: Noted) => void } = {},
): OpenStudy<P> {
  const { log = memoryLog(), note, ...settings } = options;
  const [objective = 'value'] = Object.keys(options.objectives ?? {});
  const handed: Suggestion<P>[] = [];
  const asking: Waiter<Suggestion<P> | undefined>[] = [];
  const telling: Waiter<void>[] = [];
  const stops = new Set<TrialId>();
  let over = false;
  let failure: unknown;

  const settle = () => {
    for (const { resolve, reject } of asking.splice(0)) failure === undefined ? resolve(undefined) : reject(failure);
    for (const { reject } of telling.splice(0)) reject(failure ?? new TellError('the study is closed'));
  };
  const { engine, stop } = run<P>(
    space,
    strategy,
    log,
    {
      ...settings,
      asked: () => asking.length > handed.length,
      note: (noted) => {
        note?.(noted);
        answered(telling, noted);
      },
    },
    {
      direct: (directive) => {
        if (directive.type === 'stop') stops.add(directive.trial);
        else if (directive.type === 'suggested') asking.length > 0 ? asking.shift()!.resolve(directive) : handed.push(directive);
      },
      finished: () => {
        over = true;
        settle();
      },
      fail: (error) => {
        over = true;
        failure = error;
        settle();
      },
    },
  );
  return undefined as never;
}
