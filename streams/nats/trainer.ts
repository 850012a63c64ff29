import type { NatsConnection } from '@nats-io/nats-core';
import { filter, fromEvent, map, merge, type Observable, of, take, takeUntil, takeWhile } from 'rxjs';
import { OptionError } from '../../src/errors.ts';
import type { Directive } from '../directive.ts';
import { type EvaluateOptions, evaluate, type Objective } from '../evaluate.ts';
import { type AttendOptions, attend, type Claim, type Trainer } from './attend.ts';
import { type ThreadConnection, threadBeats } from './beats.ts';
import { createdOn } from './created.ts';

export interface TrainerOptions extends Omit<AttendOptions, 'beats'>, Pick<EvaluateOptions, 'timeLimit' | 'value'> {
  /**
   * The objective blocks the event loop: then signs of life come from a thread, which connects by itself. One trial at a time; a stop is
   * heard when the objective leaves the event loop free.
   */
  readonly blocking?: ThreadConnection;
}

/**
 * Evaluates what a study on this server suggests. The first claim on an attempt that reaches the log holds it; facts are sent until the
 * server has them, whatever happens to the connection.
 *
 * @param nc any connection; the caller closes it. To outlast a server it needs settings such as `lasting`.
 * @param objective as for `optimize`: the value of a configuration, with reports, a stop signal and checkpoints on the way. A bare number
 *   is the value of the study's first objective.
 * @throws OptionError for names that cannot stand in a subject.
 * @example
 * const { done } = trainer(await connect(), 'digits', async ({ lr }, { report, signal }) => train(lr, report, signal));
 * await done;
 */
export function trainer<P>(nc: NatsConnection, study: string, objective: Objective<P>, options: TrainerOptions = {}): Trainer {
  const { blocking, timeLimit, value, ...rest } = options;
  if (blocking && (rest.slots ?? 1) > 1) throw new OptionError('slots', '1 for an objective that blocks', rest.slots);
  const limit = timeLimit !== undefined && { timeLimit };
  let name = value;
  const perform = async (claim: Claim<P>): Promise<void> => {
    name ??= (await createdOn(nc, study)).objectives[0]!.name;
    await directives(claim)
      .pipe(
        evaluate<P>(objective, { ...limit, value: name, run: claim.run }),
        filter(({ type }) => type !== 'started'),
        takeUntil(aborted(claim.abandon)),
        takeWhile(({ type }) => type === 'reported', true),
      )
      .forEach(claim.say);
  };
  return attend(nc, study, perform, blocking ? { ...rest, beats: (subjects, name) => threadBeats(blocking, subjects, name) } : rest);
}

/** What a claim's objective is told, in the words of the engine. */
const directives = <P>({ suggestion, stop }: Claim<P>) =>
  merge(
    of<Directive<P>>(suggestion),
    aborted(stop).pipe(map((): Directive<P> => ({ type: 'stop', trial: suggestion.trial, by: String(stop.reason) }))),
  );

const aborted = (signal: AbortSignal): Observable<unknown> => (signal.aborted ? of(undefined) : fromEvent(signal, 'abort').pipe(take(1)));
