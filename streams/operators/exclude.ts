import { child, type Proposal, type Suggested } from '../../src/messages.ts';
import { suggestions } from '../../src/samplers/duplicates/suggestions.ts';
import type { Point } from '../../src/space/axis.ts';
import { askUntil } from '../asking.ts';
import { partOf, type Strategy, type StrategySpec, withSpec } from '../strategy.ts';
import { compose, runInner } from './runInner.ts';

/** What may not be suggested, as a fold over suggestions. */
interface Ban<S> {
  readonly start: S;
  add(state: S, told: Suggested): S;
  has(state: S, proposal: Proposal): boolean;
}

/** How often a strategy is asked for another point before the ask is handed on. */
const TRIES = 64;

/** A strategy that is asked again, with another `retry`, as long as its answer is excluded. */
const exclude = <S>(kind: string, spec: StrategySpec, strategy: Strategy, { start, add, has }: Ban<S>): Strategy =>
  withSpec(spec, (parent) => {
    const env = child(parent, kind);
    return compose<S>(env, (out) => {
      const inner = runInner(strategy, env, out);
      return {
        start,
        tell: (state, told) => (told.type === 'suggested' ? add(state, told) : state),
        pass: inner.tell,
        answer(ask, state) {
          return askUntil(ask, { tries: TRIES, put: inner.ask, accepts: (proposal) => !has(state, proposal), otherwise: () => ask });
        },
      };
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
    add: () => undefined,
    has: (_, { resumes, point }) => resumes === undefined && predicate(point),
  });
