import { History } from '../../../src/numeric/history.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Ended, Reported, StrategyEvent, Suggested, TrialId } from '../../../src/strategy/messages.ts';
import { defineStrategy } from '../../kernel/defineStrategy.ts';
import { type Strategy, specOf, withSpec } from '../../kernel/strategy.ts';

/**
 * How a rule judges a trial by its own reports and those of the others.
 *
 * @typeParam C the curve of a trial: the state of its reports
 * @typeParam P the peers: the state of all reports
 */
interface Rule<C, P> {
  readonly name: string;
  readonly start: () => P;
  /** The curve of a trial after one more report. */
  readonly extend: (curve: C | undefined, reported: Reported) => C;
  /** Why the trial should stop, for people; undefined if it should not. The peers do not include this report yet. */
  readonly judge: (peers: P, curve: C, reported: Reported, env: Env) => string | undefined;
  /** Adds the report to the peers. */
  readonly add?: (peers: P, curve: C, reported: Reported) => void;
}

/** A trial that continues the curve of another one. */
interface Resumed extends Required<Pick<Suggested, 'type' | 'id' | 'resumes'>> {}
/** A trial that no other trial will resume has ended. */
interface Gone extends Pick<Ended, 'type' | 'id'> {}
type Relevant = Reported | Resumed | Gone;

/** The state computed from the facts so far. */
interface Standings<C, P> {
  readonly peers: P;
  readonly curves: Map<TrialId, C>;
  /** Why the trial of the last fact should stop. */
  behind: string | undefined;
}

/**
 * A strategy that hands every ask on, and stops trials by their reports. A promoted trial continues the curve of the trial that it resumes.
 * The state is the history of the facts that a rule needs; its consequences are computed once for each fact.
 */
export const stopRule = <C, P>(rule: Rule<C, P>, warmup: number, options: object): Strategy =>
  withSpec(specOf(rule.name, options), (env) => {
    const standings = History.folding<Relevant, Standings<C, P>>(
      () => ({ peers: rule.start(), curves: new Map(), behind: undefined }),
      (known, fact) => {
        known.behind = fact.type === 'reported' ? whyBehind(known, fact, rule, warmup, env) : undefined;
        if (fact.type !== 'reported') follow(known, fact);
      },
    );
    return defineStrategy<History<Relevant>>({
      name: rule.name,
      init: () => History.of<Relevant>(),
      tell: relevant,
      stop: (facts) => standings(facts).behind,
    })(env);
  });

/** The facts and the parts of one more that a rule needs: without points and tags, which would take a quarter of the memory. */
function relevant(facts: History<Relevant>, fact: StrategyEvent): History<Relevant> {
  if (fact.type === 'reported') return facts.push(fact);
  const { type, id } = fact;
  if (type === 'ended') return fact.budget === undefined ? facts.push({ type, id }) : facts; // with a budget, a trial may resume it
  return fact.resumes === undefined ? facts : facts.push({ type, id, resumes: fact.resumes });
}

function follow<C, P>({ curves }: Standings<C, P>, fact: Resumed | Gone): void {
  if (fact.type === 'ended') return void curves.delete(fact.id);
  const curve = curves.get(fact.resumes);
  if (curve !== undefined) curves.set(fact.id, curve);
}

function whyBehind<C, P>({ peers, curves }: Standings<C, P>, reported: Reported, rule: Rule<C, P>, warmup: number, env: Env) {
  const { id, step } = reported;
  const curve = rule.extend(curves.get(id), reported);
  const behind = step >= warmup ? rule.judge(peers, curve, reported, env) : undefined;
  curves.set(id, curve);
  rule.add?.(peers, curve, reported);
  return behind;
}
