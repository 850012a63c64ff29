import { answeringChart } from '../../machines/strategies.ts';
import { suggestions } from '../../src/samplers/duplicates/suggestions.ts';
import type { Point } from '../../src/space/axis.ts';
import type { Core, Fold } from '../../src/strategy/core.ts';
import { child } from '../../src/strategy/env.ts';
import type { Proposal, Suggested } from '../../src/strategy/messages.ts';
import { askUntil } from '../kernel/asking.ts';
import { runCore } from '../kernel/drive.ts';
import { around, runInner } from '../kernel/inner.ts';
import { operatorOf } from '../kernel/operator.ts';
import { partOf, type Strategy, type StrategySpec, withSpec } from '../kernel/strategy.ts';

/** What may not be suggested. */
interface Ban<S> extends Fold<S, Suggested> {
  has(state: S, proposal: Proposal): boolean;
}

/** How often a strategy is asked for another point before the ask is handed on. */
const TRIES = 64;

/** A strategy that is asked again, with another `retry`, as long as its answer is excluded. */
const exclude = <S>(kind: string, spec: StrategySpec, strategy: Strategy, { start, tell, has }: Ban<S>): Strategy =>
  withSpec(spec, (parent) => {
    const env = child(parent, kind);
    return operatorOf(env, (out) => {
      const core: Core<S, 'answering', never> = {
        start,
        tell: (state, fact) => (fact.type === 'suggested' ? tell(state, fact) : state),
        verdict: () => undefined,
        answers: {
          answering: (state, ask) =>
            askUntil(ask, { tries: TRIES, put: inner.ask, accepts: (proposal) => !has(state, proposal), otherwise: () => ask }),
        },
      };
      const stage = runCore(answeringChart, core, env, out);
      const inner = runInner(strategy, stage.inside, out);
      return around([inner], stage);
    });
  });

/**
 * A strategy that repeats no suggestion of any strategy, that is, no point at the same budget. When it finds nothing new, asks are handed on. For
 * studies with `duplicates: 'allow'`; other studies refuse duplicates anyway.
 *
 * @example
 * chain(dedupe(ga()), random())
 */
export const dedupe = (strategy: Strategy): Strategy => exclude('dedupe', { dedupe: partOf('dedupe', strategy) }, strategy, suggestions);

/**
 * A strategy without the points for which a predicate is true. When it finds no other point, asks are handed on. A promotion is never rejected,
 * because its point was run before.
 *
 * @param predicate gets a point in the unit cube
 * @example
 * chain(reject(([x]) => x! < 0.5, sobol()), random())
 */
export const reject = (predicate: (point: Point) => boolean, strategy: Strategy): Strategy =>
  exclude('reject', { reject: partOf('reject', strategy) }, strategy, {
    start: undefined,
    tell: () => undefined,
    has: (_, { resumes, point }) => resumes === undefined && predicate(point),
  });
