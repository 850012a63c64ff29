import { describe, expect, it } from 'vitest';
import { evolutionChart } from '../../machines/strategies.ts';
import { type Evolution, evolutionCore } from '../../src/samplers/evolution/evolution.ts';
import { type GaSettings, geneticAlgorithm } from '../../src/samplers/evolution/ga.ts';
import type { Ended, Propose, Suggested } from '../../src/strategy/messages.ts';
import { rootEnv } from '../support/interview.ts';
import { living } from '../support/living.ts';
import { textbook } from '../support/spaces.ts';

const env = { ...rootEnv(textbook), name: 'ga' };
const settings: GaSettings = {
  mode: 'generational',
  population: 2,
  generations: 2,
};
const start = (rest: Partial<GaSettings> = {}) => {
  const life = living(evolutionChart, evolutionCore(env, geneticAlgorithm(env, { ...settings, ...rest })), env);
  return { ...life, ask: (id: number) => life.ask(id).type };
};
const trial = (id: number, by = 'ga') => ({ id, by, point: textbook.snap([id / 9, 0.5]) });
const suggested = (id: number, by?: string): Suggested => ({ ...trial(id, by), type: 'suggested' });
const completed = (id: number, by?: string): Ended => ({ ...trial(id, by), type: 'ended', outcome: 'completed', losses: [id] });
const failed = (id: number): Ended => ({ ...trial(id), type: 'ended', outcome: 'failed', reason: 'error' });

describe('an evolution', () => {
  it('founds and breeds until a generation is full, waits until its trials have ended, and is exhausted after the last one', () => {
    const { tell, ask, phase } = start();
    expect([phase(), ask(1)]).toEqual(['founding', 'propose']);
    tell(suggested(1));
    tell(completed(1));
    expect([phase(), ask(2)]).toEqual(['founding', 'propose']);
    tell(suggested(2));
    expect([phase(), ask(3)]).toEqual(['settling', 'wait']);
    tell(failed(2)); // any end counts
    expect([phase(), ask(3)]).toEqual(['breeding', 'propose']);
    tell(suggested(3));
    tell(suggested(4));
    tell(completed(4)); // out of order
    expect(phase()).toBe('settling');
    tell(completed(3));
    expect(phase()).toBe('spent');
  });

  it('waits for its own trials only', () => {
    const { tell, phase } = start();
    for (const id of [1, 2]) tell(suggested(id));
    for (const id of [3, 4]) tell(suggested(id, 'queue'));
    for (const id of [3, 4]) tell(completed(id, 'queue'));
    expect(phase()).toBe('settling');
    for (const id of [1, 2]) tell(completed(id));
    expect(phase()).toBe('breeding');
  });

  it('founds its population with results of other strategies, and does not wait', () => {
    const { tell, ask, phase } = start();
    for (const id of [1, 2]) tell(suggested(id, 'queue'));
    for (const id of [1, 2]) tell(completed(id, 'queue'));
    expect([phase(), ask(3)]).toEqual(['breeding', 'propose']);
  });

  it('never waits in a steady state, and is exhausted when the last trial is suggested', () => {
    const { tell, ask, phase } = start({ mode: 'steady' });
    for (let id = 1; id <= 3; id++) {
      expect([phase(), ask(id)]).toEqual([id <= 2 ? 'founding' : 'breeding', 'propose']);
      tell(suggested(id));
    }
    tell(suggested(4));
    expect(phase()).toBe('spent');
  });

  it('founds another population when the search has converged, and breeds again once its first results are there', () => {
    const numbers: Evolution<number> = {
      start: 0,
      tell: (results, { type }) => (type === 'ended' ? results + 1 : results),
      founded: (results) => results % 3 > 0,
      found: () => ({ point: [0, 0] }),
      breed: () => ({ point: [1, 1] }),
      over: () => false,
    };
    const { ask, tell, phase } = living(evolutionChart, evolutionCore(env, numbers), env);
    const phases = [1, 2, 3, 4].map((id) => {
      const answer = ask(id) as Propose;
      const now = [phase(), answer.point];
      tell(completed(id));
      return now;
    });
    const [founder, child] = [textbook.snap([0, 0]), textbook.snap([1, 1])];
    expect(phases).toEqual([
      ['founding', founder],
      ['breeding', child],
      ['breeding', child],
      ['founding', founder],
    ]);
    expect(phase()).toBe('breeding');
  });
});
