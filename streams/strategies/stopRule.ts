import type { Env, Reported, StrategyEvent, TrialId } from '../../src/messages.ts';
import { notNegative, wholeFrom } from '../../src/optionRules.ts';
import { optional } from '../../src/optionSet.ts';
import { defineStrategy } from '../defineStrategy.ts';
import { type Strategy, specOf } from '../strategy.ts';

export const stopOptions = {
  /** No trial is stopped before this step. Default: 0. */
  warmup: optional(notNegative, 0),
  /** No trial is stopped before this many others have reported at the same step. Default: 0. */
  peers: optional(wholeFrom(0), 0),
};

/** What a rule remembers of a trial, and how it judges by that and by the other trials. */
interface Rule<C, P> {
  readonly name: string;
  readonly start: (env: Env) => P;
  /** What is known of a trial after a report. */
  readonly follow: (course: C | undefined, reported: Reported) => C;
  /** Whether it should stop. The peers do not hold this report yet. */
  readonly judge: (peers: P, course: C, reported: Reported) => boolean;
  /** Tells the peers of it. */
  readonly add?: (peers: P, course: C, reported: Reported) => void;
}

interface State<C, P> {
  readonly peers: P;
  readonly courses: Map<TrialId, C>;
  /** How many have reported at each step. */
  readonly reports: Map<number, number>;
  /** Whether the trial that reported last should stop. */
  behind: boolean;
}

/** A strategy that hands every ask on and stops trials by what they report. A promoted trial goes on where the one before it stood. */
export function stopRule<C, P>(rule: Rule<C, P>, warmup: number, peers: number, options: object): Strategy {
  const { name } = rule;
  return defineStrategy<State<C, P>>(
    {
      name,
      init: (env) => ({ peers: rule.start(env), courses: new Map(), reports: new Map(), behind: false }),
      tell: (state, told) => hear(state, told, rule, warmup, peers),
      stop: ({ behind }) => behind,
    },
    specOf(name, options),
  );
}

function hear<C, P>(state: State<C, P>, told: StrategyEvent, rule: Rule<C, P>, warmup: number, peers: number): State<C, P> {
  const { courses, reports } = state;
  if (told.type === 'suggested') {
    const course = told.resumes === undefined ? undefined : courses.get(told.resumes);
    if (course !== undefined) courses.set(told.id, course);
  } else if (told.type === 'ended') {
    if (told.budget === undefined) courses.delete(told.id); // nobody goes on from it
  } else {
    const { id, step } = told;
    const course = rule.follow(courses.get(id), told);
    const before = reports.get(step) ?? 0;
    state.behind = step >= warmup && before >= peers && rule.judge(state.peers, course, told);
    courses.set(id, course);
    reports.set(step, before + 1);
    rule.add?.(state.peers, course, told);
  }
  return state;
}
