import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Domain } from '../../../src/space/axis.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { isStrategyEvent, type Message, type Propose, type StrategyEvent, type Suggested } from '../../../src/strategy/messages.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { grid } from '../../../streams/strategies/grid.ts';
import { random } from '../../../streams/strategies/random.ts';
import { sobol } from '../../../streams/strategies/sobol.ts';
import { completed, drain, failed, interview, rootEnv, suggestedFrom } from '../../support/interview.ts';
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

    it('proposes snapped, feasible points of the cube under its own name', () => {
      const facts = drain(make(), env, 25);
      expect(facts.length).toBeGreaterThan(7);
      for (const { point, by } of facts) {
        expect(point.every((x) => x >= 0 && x <= 1)).toBe(true);
        expect(env.snap(point)).toEqual(point);
        expect(env.feasible(point)).toBe(true);
        expect(by).toBe(facts[0]!.by);
      }
    });

    it('resumes from any prefix of the facts as if nothing had happened', () => {
      let handedOn = 0;
      const cuts = fc.record({ choices: fc.array(fc.nat({ max: 5 }), { maxLength: 40, size: 'max' }), retry: fc.nat({ max: 3 }) });
      fc.assert(
        fc.property(cuts, ({ choices, retry }) => {
          const lived = interview(make(), env);
          const log: StrategyEvent[] = [];
          const open: Suggested[] = [];
          const tell = (fact: StrategyEvent) => {
            log.push(fact);
            lived.tell(fact);
          };
          let id = 1;
          for (const choice of choices) {
            const reply = lived.ask(id, choice === 0 ? 1 : undefined);
            if (choice < 3 && isProposal(reply)) {
              const fact = suggestedFrom(reply);
              tell(fact);
              open.push(fact);
              id++;
            } else if (choice === 3) {
              tell({ type: 'suggested', id, by: 'queue', point: env.snap(env.axes.map((_, k) => ((id * (k + 2)) % 7) / 7)) });
              id++;
            } else if (open.length > 0) {
              const [fact] = open.splice(choice % open.length, 1);
              tell(choice === 4 ? completed(fact!, 0.5) : failed(fact!));
            }
          }
          const fresh = interview(make(), env);
          fresh.tell(...log);
          const replies = [fresh.ask(id), fresh.ask(id, retry), fresh.ask(id)];
          expect(replies).toEqual([lived.ask(id), lived.ask(id, retry), lived.ask(id)]);
          if (!isProposal(replies[0]!)) handedOn++;
        }),
        { seed: 1, numRuns: 30 },
      );
      const ends = drain(make(), env, 12).length < 12;
      if (ends) expect(handedOn).toBeGreaterThan(0);
    });

    it('answers each retry with another point, until it hands the ask on', () => {
      const { ask } = interview(make(), env);
      const replies = Array.from({ length: 8 }, (_, retry) => ask(1, retry));
      const marks = replies.filter(isProposal).map(({ point, tags }) => JSON.stringify(tags ?? point));
      expect(marks.length).toBeGreaterThan(7);
      expect(new Set(marks).size).toBe(marks.length);
    });
  });

  it('never gives two open trials the same number', () => {
    const env = rootEnv(mixed);
    const { ask, tell } = interview(make(), env);
    const places = new Set<string>();
    for (let id = 1; id <= 9; id++) {
      const fact = suggestedFrom(ask(id) as Propose);
      places.add(JSON.stringify(fact.tags ?? fact.point));
      tell(fact); // none ends
    }
    expect(places.size).toBe(9);
  });

  it('passes all events, and decisions of others, on unchanged and in order', () => {
    const env = rootEnv(mixed);
    const { put, ask } = interview(make(), env);
    const fact = suggestedFrom(ask(1) as Propose);
    const others: Message[] = [
      fact,
      { type: 'reported', id: 1, step: 3, losses: [0.1] },
      { ...fact, type: 'propose', id: 7, by: 'another' },
      { type: 'wait', id: 7, by: 'another' },
      { type: 'stop', id: 1, by: 'another' },
      { type: 'ready', by: 'another' },
      completed(fact, 0.1),
    ];
    for (const m of others) {
      const out = put(m);
      expect(out).toHaveLength(1);
      expect(out[0]).toBe(m);
    }
  });

  it('starts again with each subscription, and unsubscribes from its source', () => {
    const env = rootEnv(mixed);
    const strategy = make();
    const one = interview(strategy, env);
    const first = one.ask(1);
    one.tell(suggestedFrom(first as Propose));
    const two = interview(strategy, env);
    expect(two.ask(1)).toEqual(first);
    one.subscription.unsubscribe();
    expect(one.source.observed).toBe(false);
    expect(two.source.observed).toBe(true);
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
