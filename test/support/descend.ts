import { rngFor } from '../../src/numeric/random.ts';
import type { Point } from '../../src/space/axis.ts';
import type { Env } from '../../src/strategy/env.ts';
import type { Ended, Message, Suggested } from '../../src/strategy/messages.ts';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import { failed, interview, suggestedFrom } from './interview.ts';

/** What the trainers of a descent report. */
export interface TestObjective {
  readonly loss: (point: Point, id: number) => number;
  /** Derivatives by coordinate; undefined if this trial does not report them. */
  readonly gradient?: (point: Point, id: number) => readonly number[] | undefined;
  readonly stderr?: number;
  readonly fails?: (id: number) => boolean;
}

export interface DescentRun {
  readonly trials: readonly Suggested[];
  readonly ended: readonly Ended[];
  readonly replies: readonly Message[];
  readonly best: number;
  /** The id of the ask that the strategy passed on, if it did. */
  readonly handedOn: number | undefined;
}

/**
 * Runs a strategy for `trials` trials, of which up to `env.parallel` are open at once and end in random order.
 *
 * @throws Error if the strategy waits while no trial is open.
 */
export function descend(strategy: Strategy, env: Env, objective: TestObjective, trials: number, order = 'order'): DescentRun {
  const { ask, tell } = interview(strategy, env);
  const rng = rngFor(order, '', 0);
  const open: Suggested[] = [];
  const [all, ended, replies]: [Suggested[], Ended[], Message[]] = [[], [], []];
  const end = (trial: Suggested): Ended => {
    if (objective.fails?.(trial.id)) return failed(trial);
    const gradient = objective.gradient?.(trial.point, trial.id);
    return {
      ...trial,
      type: 'ended',
      outcome: 'completed',
      losses: [objective.loss(trial.point, trial.id)],
      ...(gradient && { gradient: [gradient] }),
      ...(objective.stderr !== undefined && { stderr: [objective.stderr] }),
    };
  };
  const done = (handedOn: number | undefined): DescentRun => ({
    trials: all,
    ended,
    replies,
    best: Math.min(...ended.map(({ losses }) => losses?.[0] ?? Number.POSITIVE_INFINITY)),
    handedOn,
  });
  while (ended.length < trials) {
    const id = all.length + 1;
    const reply = id <= trials && open.length < env.parallel ? ask(id) : undefined;
    if (reply) replies.push(reply);
    if (reply?.type === 'ask' && open.length === 0) return done(id);
    if (reply?.type === 'propose') {
      const trial = suggestedFrom(reply);
      tell(trial);
      open.push(trial);
      all.push(trial);
      continue;
    }
    const [trial] = open.splice(Math.floor(rng() * open.length), 1);
    if (!trial) throw new Error(`ask ${id}: waits with nothing open`);
    ended.push(end(trial));
    tell(ended.at(-1)!);
  }
  return done(undefined);
}
