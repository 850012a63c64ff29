import { describe, expect, it } from 'vitest';
import { weights } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { choice, int } from '../../../src/space/types/dimension.ts';
import { random } from '../../../streams/strategies/random.ts';
import { completed, drain, interview, rootEnv } from '../../support/interview.ts';
import { conditional, constrained, mixed, textbook } from '../../support/spaces.ts';

const distinct = (points: readonly (readonly number[])[]) => new Set(points.map((p) => p.join())).size;

describe('random', () => {
  it.each([
    ['textbook', textbook, 75],
    ['conditional', conditional, 10],
    ['constrained', constrained, 36],
  ] as const)('tries each configuration of a finite space once, then hands the ask on: %s', (_, domain, count) => {
    for (const seed of ['a', 'b', 'c']) {
      const facts = drain(random(), rootEnv(domain, { seed }), 111);
      expect(facts).toHaveLength(count);
      expect(distinct(facts.map(({ point }) => point))).toBe(count);
    }
  });

  it('does not repeat trials of others', () => {
    const env = rootEnv(constrained);
    const others = drain(random(), { ...env, seed: 'other' }, 30);
    const { ask, tell } = interview(random(), env);
    for (const fact of others) tell({ ...fact, by: 'queue' }, completed(fact, 1));
    const left: string[] = [];
    for (let id = 31; id < 99; id++) {
      const reply = ask(id);
      if (reply.type !== 'propose') break;
      left.push(reply.point.join());
      tell({ type: 'suggested', id, by: reply.by, point: reply.point });
    }
    expect(new Set(left).size).toBe(6);
    expect(others.some(({ point }) => left.includes(point.join()))).toBe(false);
  });

  it('answers as many retries as configurations are left', () => {
    const { ask, tell } = interview(random(), rootEnv(textbook));
    tell(...drain(random(), rootEnv(textbook), 40));
    const replies = Array.from({ length: 40 }, (_, retry) => ask(41, retry));
    const points = replies.flatMap((m) => (m.type === 'propose' ? [m.point] : []));
    expect(points).toHaveLength(35);
    expect(distinct(points)).toBe(35);
  });

  it('draws from the priors, in finite spaces too', () => {
    const acts = drain(random(), rootEnv(mixed), 600).map(({ point }) => mixed.decode(point).act);
    const share = (act: string) => acts.filter((a) => a === act).length / acts.length;
    expect(share('relu')).toBeCloseTo(0.6, 1);
    expect(share('gelu')).toBeCloseTo(0.1, 1);

    const skewed = space({ act: choice(['often', 'rarely'], { prior: weights([9, 1]) }), n: int(1, 400) });
    const early = drain(random(), rootEnv(skewed), 100).map(({ point }) => skewed.decode(point).act);
    expect(early.filter((act) => act === 'often').length).toBeGreaterThan(80);
  });

  it('draws with replacement from a finite space that is too large to count', () => {
    const large = space({ a: int(1, 2000), b: int(1, 2000) });
    const facts = drain(random(), rootEnv(large), 50);
    expect(distinct(facts.map(({ point }) => point))).toBe(50);
  });
});
