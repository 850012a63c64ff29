import { describe, expect, it } from 'vitest';
import type { Domain } from '../../../src/space/axis.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { isStrategyEvent, type Message, type Propose } from '../../../src/strategy/messages.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { grid } from '../../../streams/strategies/grid.ts';
import { random } from '../../../streams/strategies/random.ts';
import { sobol } from '../../../streams/strategies/sobol.ts';
import { drain, interview, rootEnv } from '../../support/interview.ts';
import { conditional, constrained, mixed, textbook } from '../../support/spaces.ts';

const strategies: readonly [string, () => Strategy][] = [
  ['random', () => random()],
  ['grid', () => grid({ levels: 4 })],
  ['sobol', () => sobol()],
];
const spaces: readonly [string, Domain][] = [
  ['finite', textbook],
  ['conditional', conditional],
  ['constrained', constrained],
  ['mixed', mixed],
];
const isProposal = (m: Message): m is Propose => m.type === 'propose';

describe.each(strategies)('%s', (_, make) => {
  describe.each(spaces)('in a %s space', (_, domain) => {
    const env = rootEnv(domain);

    it('answers each retry with another point, until it hands the ask on', () => {
      const { ask } = interview(make(), env);
      const replies = Array.from({ length: 8 }, (_, retry) => ask(1, retry));
      const marks = replies.filter(isProposal).map(({ point, tags }) => JSON.stringify(tags ?? point));
      expect(marks.length).toBeGreaterThan(7);
      expect(new Set(marks).size).toBe(marks.length);
    });
  });

  it('draws other numbers for another seed and under another name', () => {
    const points = (env: Env) => drain(make(), env, 8).map(({ point }) => point);
    const spec = make().spec;
    const seeded = !JSON.stringify(spec).includes('false');
    const env = rootEnv(mixed);
    expect(points(env)).toEqual(points(env));
    if (!seeded) return expect(points({ ...env, seed: 'other' })).toEqual(points(env));
    expect(points({ ...env, seed: 'other' })).not.toEqual(points(env));
    expect(points({ ...env, name: 'bandit/a' })).not.toEqual(points(env));
  });
});

it('a stage gets only facts, so it repeats a proposal that was not used', () => {
  for (const [, make] of strategies) {
    const { ask, put } = interview(make(), rootEnv(mixed));
    const first = ask(1);
    expect(ask(1)).toEqual(first);
    expect(put(first).some(isStrategyEvent)).toBe(false);
    expect(ask(1)).toEqual(first);
  }
});
