import { child, type Proposal, type Suggested } from '../../src/messages.ts';
import type { Point } from '../../src/space/axis.ts';
import { createSuggestedPoints } from '../engine/duplicates.ts';
import { type Strategy, type StrategySpec, withSpec } from '../strategy.ts';
import { nest, respond } from './runInner.ts';

/** What may not be run. */
interface Ban {
  has(proposal: Proposal): boolean;
  add?(told: Suggested): void;
}

/** How often a strategy is asked for another point before the ask is handed on. */
const RETRIES = 64;

/** A strategy that is asked anew, with another retry, as long as its answer is banned. */
const under = (kind: string, spec: StrategySpec, strategy: Strategy, start: () => Ban): Strategy =>
  withSpec(spec, (parent) => {
    const env = child(parent, kind);
    return respond((out) => {
      const inner = nest(strategy, env, out);
      const ban = start();
      return {
        answer: (ask) => {
          for (let retry = ask.retry ?? 0, tries = 0; tries < RETRIES; tries++) {
            const reply = inner.ask(retry === 0 ? ask : { ...ask, retry });
            if (reply.type !== 'propose' || !ban.has(reply)) return reply;
            retry = (reply.retry ?? retry) + 1;
          }
          return ask;
        },
        tell: (told) => {
          if (told.type === 'suggested') ban.add?.(told);
          inner.tell(told);
        },
      };
    });
  });

/**
 * A strategy without what was suggested before, by whomever: the same point at the same budget. Once it finds nothing new, asks are
 * handed on. For studies with `duplicates: 'allow'`; the others refuse duplicates of themselves.
 *
 * @example
 * chain(dedupe(ga()), random())
 */
export const dedupe = (strategy: Strategy): Strategy =>
  under('dedupe', { dedupe: strategy.spec ?? strategy.name }, strategy, createSuggestedPoints);

/**
 * A strategy without the points that a predicate names. Once it finds no other, asks are handed on. A promotion of a trial that was run is
 * never turned down.
 *
 * @param predicate of a point in the unit cube
 * @example
 * chain(reject(([x]) => x! < 0.5, sobol()), random())
 */
export const reject = (predicate: (point: Point) => boolean, strategy: Strategy): Strategy =>
  under('reject', { reject: strategy.spec ?? strategy.name }, strategy, () => ({
    has: ({ resumes, point }) => resumes === undefined && predicate(point),
  }));
