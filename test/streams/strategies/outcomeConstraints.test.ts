import { expect, it } from 'vitest';
import type { Ended, Suggested } from '../../../src/strategy/messages.ts';
import { asha, chain, float, hyperband, pbt, random, type Strategy, space } from '../../../streams/index.ts';
import { completed, failed, interview, proposal, rootEnv, suggestedFrom } from '../../support/interview.ts';

const line = space({ x: float(0, 1) });

/** The suggestions of a study in which every third trial fails or violates a constraint. */
function suggestions(strategy: Strategy, otherwise: (suggested: Suggested) => Ended): object[] {
  const { ask, tell } = interview(strategy, rootEnv(line));
  return Array.from({ length: 60 }, (_, k) => {
    const { type: _type, ...suggested } = suggestedFrom(proposal(ask(k + 1)));
    const fact: Suggested = { type: 'suggested', ...suggested };
    tell(fact, k % 3 === 0 ? otherwise(fact) : completed(fact, k % 7));
    return suggested;
  });
}

it.each([
  ['asha', chain(asha({ min: 1, max: 9, pause: true }), random())],
  ['hyperband', chain(hyperband({ min: 1, max: 9, pause: true }), random())],
  ['pbt', chain(pbt({ population: 6, interval: 1, max: 9 }), random())],
])('%s promotes trials that violate an outcome constraint as little as failed ones, however low their losses', (_, strategy) => {
  const violating = suggestions(strategy, (fact) => ({ ...completed(fact, -1), constraints: [-1, 0.5] }));
  expect(violating).toEqual(suggestions(strategy, failed));
  expect(suggestions(strategy, (fact) => ({ ...completed(fact, -1), constraints: [-1, 0] }))).not.toEqual(violating);
});
