import type { Ended, Env, Message, Suggested } from '../../src/messages.ts';
import { rngFor } from '../../src/numeric/random.ts';
import type { Point } from '../../src/space/axis.ts';
import type { Strategy } from '../../streams/strategy.ts';
import { failed, interview, suggestedFrom } from './interview.ts';

/** What the trainers of a descent tell. */
export interface Ground {
  readonly loss: (point: Point, id: number) => number;
  /** By coordinate; nothing where this trial is not to tell it. */
  readonly gradient?: (point: Point, id: number) => readonly number[] | undefined;
  readonly stderr?: number;
  readonly fails?: (id: number) => boolean;
}

export interface Descended {
  readonly trials: readonly Suggested[];
  readonly ended: readonly Ended[];
  readonly replies: readonly Message[];
  readonly best: number;
  /** The ask that was handed on, if one was. */
  readonly handedOn: number | undefined;
}

/** Runs a strategy for a number of trials, as many open at once as there is room for, which end in any order. A wait with nothing open throws. */
export function descend(strategy: Strategy, env: Env, ground: Ground, trials: number, order = 'order'): Descended {
  const { ask, tell } = interview(strategy, env);
  const rng = rngFor(order, '', 0);
  const open: Suggested[] = [];
  const [all, ended, replies]: [Suggested[], Ended[], Message[]] = [[], [], []];
  const end = (trial: Suggested): Ended => {
    if (ground.fails?.(trial.id)) return failed(trial);
    const gradient = ground.gradient?.(trial.point, trial.id);
    return {
      ...trial,
      type: 'ended',
      outcome: 'completed',
      losses: [ground.loss(trial.point, trial.id)],
      ...(gradient && { gradient: [gradient] }),
      ...(ground.stderr !== undefined && { stderr: [ground.stderr] }),
    };
  };
  const done = (handedOn: number | undefined): Descended => ({
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
