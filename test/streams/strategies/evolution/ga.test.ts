import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../../src/numeric/random.ts';
import type { Point } from '../../../../src/space/axis.ts';
import { space } from '../../../../src/space/space.ts';
import { float } from '../../../../src/space/types/dimension.ts';
import type { Env } from '../../../../src/strategy/env.ts';
import type { Message, Propose, StrategyEvent, Suggested } from '../../../../src/strategy/messages.ts';
import type { Strategy } from '../../../../streams/kernel/strategy.ts';
import { type GaOptions, ga } from '../../../../streams/strategies/evolution/ga.ts';
import { random } from '../../../../streams/strategies/random.ts';
import { coded } from '../../../support/coded.ts';
import { completed, failed, interview, rootEnv, suggestedFrom } from '../../../support/interview.ts';

const ball = space(Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`x${i}`, float(-5, 5)])));
const sphere = (point: Point): number => point.reduce((sum, u, i) => sum + (u - 0.2 - 0.1 * i) ** 2, 0);

/** Runs a strategy with some trials open at once, which end in any order; every eighth one fails. */
function evolve(strategy: Strategy, env: Env, loss: (point: Point) => number, trials: number, order = 'order') {
  const { ask, tell } = interview(strategy, env);
  const rng = rngFor(order, '', 0);
  const told: StrategyEvent[] = [];
  const open: Suggested[] = [];
  const replies: Message[] = [];
  const say = (fact: StrategyEvent) => {
    told.push(fact);
    tell(fact);
  };
  let best = Number.POSITIVE_INFINITY;
  for (let id = 1; id <= trials || open.length > 0; ) {
    const reply = id <= trials && open.length < env.parallel ? ask(id) : undefined;
    if (reply) replies.push(reply);
    if (reply?.type === 'propose') {
      const fact = suggestedFrom(reply);
      open.push(fact);
      say(fact);
      id++;
      continue;
    }
    if (open.length === 0) break;
    const [done] = open.splice(Math.floor(rng() * open.length), 1);
    const value = loss(done!.point);
    const fails = done!.id % 8 === 0;
    if (!fails) best = Math.min(best, value);
    say(fails ? failed(done!) : completed(done!, value));
  }
  return { told, replies, best };
}

const modes: readonly [string, GaOptions][] = [
  ['steady', {}],
  ['generational', { mode: 'generational', population: 6 }],
];

describe.each(modes)('ga, %s', (_, options) => {
  const env = rootEnv(ball);

  it('finds better points than random search in at least 19 of 20 runs', () => {
    const seeds = Array.from({ length: 20 }, (_, i) => String(i));
    const wins = seeds.filter((seed) => {
      const at = { ...env, seed };
      return evolve(ga(options), at, sphere, 120).best < evolve(random(), at, sphere, 120).best;
    });
    expect(wins.length).toBeGreaterThanOrEqual(19);
  });
});

describe('ga', () => {
  const env = rootEnv(ball);

  it('waits for a generation only in mode generational', () => {
    const waits = (options: GaOptions) => evolve(ga(options), env, sphere, 60).replies.filter(({ type }) => type === 'wait').length;
    expect(waits({ population: 6 })).toBe(0);
    expect(waits({ population: 6, mode: 'generational' })).toBeGreaterThan(9);
  });

  it.each(['steady', 'generational'] as const)('hands asks on after its generations: %s', (mode) => {
    const { told, replies } = evolve(ga({ population: 6, generations: 3, mode }), env, sphere, 100);
    expect(told.filter(({ type }) => type === 'suggested')).toHaveLength(18);
    expect(replies.at(-1)).toMatchObject({ type: 'ask', id: 19 });
  });

  it('uses results of others', () => {
    const near = Array.from({ length: 12 }, (_, i) => env.snap([0, 1, 2, 3, 4].map((k) => 0.2 + 0.1 * k + 0.001 * ((i * (k + 3)) % 7))));
    const { ask, tell } = interview(ga(), env);
    near.forEach((point, i) => {
      const fact: Suggested = { type: 'suggested', id: i + 1, by: 'import', point };
      tell(fact, completed(fact, sphere(point)));
    });
    const drawn = interview(random(), env);
    const median = (of: (id: number) => Message) =>
      Array.from({ length: 51 }, (_, i) => sphere((of(13 + i) as Propose).point)).sort((a, b) => a - b)[25]!;
    expect(median(ask)).toBeLessThan(median(drawn.ask) / 20);
  });

  it('has 12 members, more in long studies, and if it waits for generations as many as may be open', () => {
    const founders = (options: GaOptions, rest: Partial<Env>) =>
      evolve(ga(options), rootEnv(ball, rest), sphere, 60).told.filter((m) => m.type === 'suggested' && m.tags!.origin!.endsWith('founder'))
        .length;
    expect(founders({}, {})).toBe(12);
    expect(founders({}, { trials: 900 })).toBe(24);
    expect(founders({}, { parallel: 20 })).toBe(12);
    expect(founders({ mode: 'generational' }, { parallel: 20 })).toBe(20);
    expect(founders({ population: 5 }, { trials: 900 })).toBe(5);
  });

  it('is data', () => {
    expect(ga().spec).toBe('ga');
    expect(ga({ population: 16 }).spec).toEqual({ ga: { population: 16 } });
  });

  it.each<[unknown, string]>([
    [{ population: 1 }, 'ga.population: expected a whole number from 2 to 100000, got 1'],
    [{ population: 2.5 }, 'ga.population: expected a whole number from 2 to 100000, got 2.5'],
    [{ generations: 0 }, 'ga.generations: expected a whole number of at least 1, got 0'],
    [{ mode: 'island' }, 'ga.mode: expected steady or generational, got "island"'],
  ])('refuses %o', (options, message) => {
    expect(() => ga(options as GaOptions)).toThrow(message);
  });

  it('refuses a study with several objectives', () => {
    expect(() => ga()({ ...env, objectives: ['loss', 'size'] })).toThrow(coded('strategy'));
  });
});
