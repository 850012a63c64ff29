import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { space } from '../../../src/space/space.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Message, Propose, StrategyEvent, Suggested } from '../../../src/strategy/messages.ts';
import * as h from '../../../streams/index.ts';
import { coded } from '../../support/coded.ts';
import { completed, failed, interview, rootEnv, suggestedFrom } from '../../support/interview.ts';

/** Conditions, choices, integers, a prior and a constraint. */
const wide = space(
  {
    lr: h.float(1e-5, 1e-1, { log: true, prior: h.logNormal(1e-3, 2) }),
    layers: h.int(1, 8),
    act: h.choice(['relu', 'tanh', 'gelu']),
    opt: h.choice(['adam', 'sgd']),
    momentum: h.when('opt', 'sgd', h.float(0, 1)),
    nesterov: h.when('opt', 'sgd', h.boolean()),
  },
  { constraints: [h.atMost({ layers: 1 }, 6)] },
);

const strategies: Readonly<Record<string, (options?: object) => h.Strategy>> = { cmaes: h.cmaes, nsga2: h.nsga2, nsga3: h.nsga3 };
const rows = Object.entries(strategies);

/** Eight trainers that end in random order; one trial in ten fails. */
function raced(strategy: h.Strategy, env: Env, trials: number) {
  const rng = rngFor('race', '', trials);
  const { ask, tell } = interview(strategy, env);
  const open: Suggested[] = [];
  const told: StrategyEvent[] = [];
  const replies: Message[] = [];
  const say = (fact: StrategyEvent) => {
    told.push(fact);
    tell(fact);
  };
  for (let id = 1; id <= trials; ) {
    if (open.length === 8 || (open.length > 0 && rng() < 0.3)) {
      const [one] = open.splice(Math.floor(rng() * open.length), 1);
      say(rng() < 0.1 ? failed(one!) : completed(one!, one!.point[0]! + one!.point[1]!));
      continue;
    }
    const reply = ask(id++);
    replies.push(reply);
    if (reply.type !== 'propose') break;
    open.push(suggestedFrom(reply));
    say(open.at(-1)!);
  }
  return { told, replies };
}

describe.each(rows)('%s', (name, make) => {
  const env = rootEnv(wide, { parallel: 8 });

  it('never lets one of eight trainers wait', () => {
    const { replies } = raced(make(), env, 150);
    expect(replies).toHaveLength(150);
    expect(replies.every(({ type }) => type === 'propose')).toBe(true);
  });

  it('learns: its later trials are better than its first', () => {
    const { told } = raced(make(), env, 200);
    const losses = told.flatMap((m) => (m.type === 'ended' && m.losses ? [m.losses[0]!] : []));
    const mean = (of: number[]) => of.reduce((a, b) => a + b, 0) / of.length;
    expect(mean(losses.slice(-40))).toBeLessThan(0.7 * mean(losses.slice(0, 40)));
  });

  it('answers a rejected ask differently, the same way each time', () => {
    // Two answers may coincide on this coarse space; with this seed none do.
    const sparse = rootEnv(wide, { parallel: 8, seed: 'a' });
    const { told } = raced(make(), sparse, 60);
    const { ask, tell } = interview(make(), sparse);
    tell(...told);
    const points = [0, 1, 2, 3].map((retry) => JSON.stringify((ask(61, retry) as Propose).point));
    expect(new Set(points).size).toBe(4);
    expect(JSON.stringify((ask(61, 3) as Propose).point)).toBe(points[3]);
  });

  it('is data', () => {
    expect(make().spec).toBe(name);
    expect(make({ population: 16 }).spec).toEqual({ [name]: { population: 16 } });
    expect(h.parseStrategy({ [name]: { population: 16 } }).spec).toEqual({ [name]: { population: 16 } });
  });
});

describe('asks are handed on', () => {
  const env = rootEnv(wide, { parallel: 8 });
  it('after the generations of nsga2', () => {
    const { replies } = raced(h.nsga2({ population: 5, generations: 4 }), env, 100);
    expect(replies).toHaveLength(21);
    expect(replies.at(-1)).toMatchObject({ type: 'ask', id: 21 });
  });
  it('when cmaes has converged and does not restart', () => {
    const line = rootEnv(space({ x: h.float(0, 1) }));
    const { ask, tell } = interview(h.cmaes({ restarts: 'none' }), line);
    let id = 1;
    let reply = ask(id);
    for (; reply.type === 'propose' && id < 2000; reply = ask(++id)) {
      const suggested = suggestedFrom(reply);
      tell(suggested, completed(suggested, Math.abs(suggested.point[0]! - 0.3)));
    }
    expect(reply.type).toBe('ask');
    expect(id).toBeGreaterThan(50);
  });
});

describe('options', () => {
  it.each<[string, object, string]>([
    ['cmaes', { population: 1 }, 'cmaes.population: expected a whole number from 2 to 100000, got 1'],
    ['cmaes', { sigma: 0 }, 'cmaes.sigma: expected a number above 0 and at most 1, got 0'],
    ['cmaes', { restarts: 'often' }, 'cmaes.restarts: expected ipop or none, got "often"'],
    ['nsga2', { generations: 0 }, 'nsga2.generations: expected a whole number of at least 1, got 0'],
    ['nsga2', { population: 1 }, 'nsga2.population: expected a whole number from 2 to 100000, got 1'],
    ['nsga3', { population: 1e9 }, 'nsga3.population: expected a whole number from 2 to 100000, got 1000000000'],
    ['nsga2', { generations: 1.5 }, 'nsga2.generations: expected a whole number of at least 1, got 1.5'],
  ])('%s refuses %o', (name, options, message) => {
    expect(() => strategies[name]!(options)).toThrow(message);
  });

  it('cmaes refuses a study with several objectives', () => {
    const env = rootEnv(wide, { objectives: ['loss', 'size'] });
    expect(() => h.cmaes()(env)).toThrow(coded('strategy'));
    expect(() => h.nsga2()(env)).not.toThrow();
  });
});
