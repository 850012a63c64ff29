import { describe, expect, it } from 'vitest';
import type { Message, Suggested } from '../../../src/strategy/messages.ts';
import * as h from '../../../streams/index.ts';
import { interview, rootEnv } from '../../support/interview.ts';
import { textbook } from '../../support/spaces.ts';

const begin = (id: number, rest: Partial<Suggested> = {}): Suggested => ({ type: 'suggested', id, by: 'x', point: [0, 0], ...rest });
const report = (id: number, step: number, ...losses: number[]): Message => ({ type: 'reported', id, step, losses });

/** The stopped trials, each with its last step. */
function stopped(strategy: h.Strategy, facts: readonly Message[], rest: Partial<h.Env> = {}): string[] {
  const { put } = interview(strategy, rootEnv(textbook, rest));
  return facts.flatMap((fact) => {
    const stop = put(fact).find((m) => m.type === 'stop');
    return stop ? [`${stop.id}@${(fact as { step: number }).step}`] : [];
  });
}
const two = { objectives: ['loss', 'size'] };

describe('percentileStop', () => {
  const reports = [4, 3, 2, 1].map((loss, i) => report(i + 1, 1, loss));

  it('keeps the best percentage of earlier trials', () => {
    const late = [report(5, 1, 2.5), report(6, 1, 0.5)];
    expect(stopped(h.percentileStop({ percentile: 50 }), [...reports, ...late])).toEqual([]);
    expect(stopped(h.percentileStop({ percentile: 25 }), [...reports, ...late])).toEqual(['5@1']);
  });

  it('is the median rule by default', () => {
    const late = [report(5, 1, 3.5), report(6, 1, 0.5), report(7, 1, 9)];
    expect(stopped(h.percentileStop(), [...reports, ...late])).toEqual(['5@1', '7@1']);
  });

  it('does nothing before its warm-up ends and it has enough peers', () => {
    const facts = [report(1, 1, 1), report(2, 1, 2), report(1, 2, 1), report(2, 2, 2)];
    expect(stopped(h.percentileStop({ peers: 1, warmup: 1 }), facts)).toEqual(['2@1', '2@2']);
    expect(stopped(h.percentileStop({ peers: 1, warmup: 2 }), facts)).toEqual(['2@2']);
    expect(stopped(h.percentileStop({ peers: 2 }), facts)).toEqual([]);
  });

  it('ranks several objectives by non-domination', () => {
    const facts = [report(1, 1, 1, 3), report(2, 1, 3, 1), report(3, 1, 0, 9), report(4, 1, 4, 4)];
    expect(stopped(h.percentileStop({ peers: 2 }), facts, two)).toEqual(['4@1']);
  });

  it('lets a promoted trial continue with its earlier reports', () => {
    const facts = [
      begin(1, { budget: 1 }),
      report(1, 1, 1),
      begin(2, { budget: 1 }),
      report(2, 1, 5),
      begin(3, { budget: 3, resumes: 1 }),
      begin(4, { budget: 3, resumes: 2 }),
      report(4, 2, 4),
      report(3, 2, 9),
    ];
    expect(stopped(h.percentileStop({ peers: 1, warmup: 2 }), facts)).toEqual([]);
    expect(stopped(h.percentileStop({ peers: 1, warmup: 2 }), [report(4, 2, 4), report(3, 2, 9)])).toEqual(['3@2']);
  });

  it('refuses wrong options', () => {
    expect(() => h.percentileStop({ percentile: 100 })).toThrow(/percentileStop\.percentile: .*, got 100/);
    expect(() => h.percentileStop({ peers: 0 })).toThrow(/percentileStop\.peers: .*, got 0/);
    expect(() => h.percentileStop({ warmup: -1 })).toThrow(/percentileStop\.warmup: .*, got -1/);
  });
});

describe('patience', () => {
  it('stops a trial that has not improved for so many steps', () => {
    const facts = [5, 4, 4.5, 4, 3, 3, 3].map((loss, i) => report(1, i + 1, loss));
    expect(stopped(h.patience({ steps: 2 }), facts)).toEqual(['1@4', '1@7']);
    expect(stopped(h.patience({ steps: 2, warmup: 5 }), facts)).toEqual(['1@7']);
    expect(stopped(h.patience({ steps: 2, delta: 2 }), facts)).toEqual(['1@3', '1@4', '1@5', '1@6', '1@7']);
  });

  it('continues while one of several objectives improves', () => {
    const facts = [report(1, 1, 5, 5), report(1, 2, 6, 4), report(1, 3, 7, 3), report(1, 4, 7, 3), report(1, 5, 5, 6)];
    expect(stopped(h.patience({ steps: 2 }), facts, two)).toEqual(['1@5']);
  });

  it('refuses wrong options', () => {
    expect(() => h.patience({ steps: 0 })).toThrow(/patience\.steps: .*, got 0/);
    expect(() => h.patience({ steps: 1, delta: -1 })).toThrow(/patience\.delta: .*, got -1/);
  });
});
