import { describe, expect, it } from 'vitest';
import type { CloseReason } from '../../../src/facts/facts.ts';
import { type EndAndCost, reopening } from '../../../src/insight/recommendation/reopening.ts';
import { actionOf, type Evidence, type Judged, verdictOn } from '../../../src/insight/recommendation/verdict.ts';

const row = (trial: number, status: 'completed' | 'stopped' | 'failed' = 'completed') => ({ trial, status });
const trials = (count: number) => Array.from({ length: count }, (_, i) => row(i + 1));
const study = (results: number, best: number, more: Partial<Judged> = {}): Judged => ({
  objectives: [{ name: 'loss', direction: 'minimize' }],
  ranked: [row(best)],
  onFront: [],
  rows: [...trials(results), row(results + 1, 'failed')],
  closed: undefined,
  ...more,
});
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  full: 40,
  lead: 2,
  isRepeated: false,
  first: 39,
  residual: 0.1,
  left: 0.5,
  ...more,
});
const codes = (judged: Judged, found?: Evidence) => {
  const { verdict, reason } = verdictOn(judged, found)!;
  return [verdict, reason];
};

describe('the verdict on a study', () => {
  it('is to confirm while noise is large or unknown, before all else', () => {
    const { residual: _, ...unknown } = evidence({ left: 0 });
    expect(codes(study(40, 39), unknown)).toEqual(['confirm', 'noise-unknown']);
    expect(codes(study(40, 39), evidence({ residual: 0.5, left: 0 }))).toEqual(['confirm', 'noise-unknown']);
    expect(codes(study(40, 39), evidence({ noise: 0.5 }))).toEqual(['confirm', 'noise-large']);
    expect(codes(study(40, 39), evidence({ noise: 0.5, isRepeated: true }))).toEqual(['continue', 'improving']);
    expect(codes(study(40, 39), { ...unknown, noise: 0, left: 0.5 })).toEqual(['continue', 'improving']);
    expect(codes(study(40, 39), { ...unknown, noisy: false, left: 0.5 })).toEqual(['continue', 'improving']);
    expect(codes(study(40, 39), { ...unknown, noisy: true, left: 0.5 })).toEqual(['confirm', 'noise-unknown']);
    const lucky = evidence({ noise: 0.5, isRepeated: true, first: 20 });
    expect(codes(study(40, 39), lucky)).toEqual(['unclear', 'no-improvement']);
  });

  it('is to stop if a model of enough results expects little, with a bound', () => {
    expect(verdictOn(study(40, 39), evidence({ left: 0.01 }))).toMatchObject({ verdict: 'stop', horizon: { trials: 20, gain: 0.1 } });
    expect(codes(study(29, 2), evidence({ full: 29, left: 0 }))).toEqual(['unclear', 'no-improvement']);
    expect(codes(study(12, 2, { closed: 'exhausted' }), evidence({ full: 12 }))).toEqual(['stop', 'all-tried']);
  });

  it('is to continue with few results or a recent improvement, and unclear otherwise', () => {
    expect(codes(study(9, 1), evidence({ full: 9 }))).toEqual(['continue', 'few-results']);
    expect(codes(study(40, 31), evidence())).toEqual(['continue', 'improving']);
    expect(codes(study(40, 30), evidence())).toEqual(['unclear', 'no-improvement']);
  });

  it('is unclear without a repetition if half of the results are as good as the best one', () => {
    const { residual: _, ...unknown } = evidence({ lead: 0 });
    const verdict = verdictOn(study(40, 1), unknown)!;
    expect([verdict.verdict, verdict.reason]).toEqual(['unclear', 'all-alike']);
    expect(actionOf(verdict, ' a.jsonl', { closed: 'trials', limits: {}, cost: 0, spent: {} })).toBeUndefined();
  });

  it('with several objectives asks whether the front grows', () => {
    const several = (...onFront: number[]) =>
      study(12, 1, {
        objectives: ['loss', 'time'].map((name) => ({ name, direction: 'minimize' })),
        onFront: onFront.map((trial) => row(trial)),
      });
    expect(codes(several(2, 10, 11))).toEqual(['continue', 'improving']);
    expect(codes(several(2, 9))).toEqual(['unclear', 'no-improvement']);
    expect(verdictOn(several(), undefined)).toBeUndefined();
  });

  it('does not exist without a result', () => {
    expect(verdictOn(study(0, 1, { ranked: [] }), undefined)).toBeUndefined();
  });
});

it('what to do depends on the verdict, and on what the study has ended by', () => {
  const end = (closed?: CloseReason, more: Partial<EndAndCost> = {}): EndAndCost => ({ closed, limits: {}, cost: 0, spent: {}, ...more });
  const stop = { verdict: 'stop', reason: 'little-left' } as const;
  const improving = { verdict: 'continue', reason: 'improving' } as const;
  expect(actionOf({ verdict: 'confirm', reason: 'noise-large' }, ' a.jsonl', end())).toBe('hypertide trial confirm a.jsonl');
  expect(actionOf({ verdict: 'confirm', reason: 'noise-large' }, undefined, end())).toBeUndefined();
  expect([end('trials'), end()].map((one) => actionOf(stop, '', one))).toEqual([undefined, 'hypertide study close']);
  expect((['trials', 'plateau', 'person'] as const).map((closed) => actionOf(improving, '', end(closed)))).toEqual(
    Array(3).fill('hypertide change --trials +20'),
  );
  expect((['target', 'exhausted', 'time', undefined] as const).map((closed) => actionOf(improving, '', end(closed)))).toEqual(
    Array(4).fill(undefined),
  );
  expect(actionOf(improving, '', end('cost', { limits: { cost: 90 }, cost: 99 }))).toBe('hypertide change --cost 200');
});

it('after a limit of spending, only the metrics that reached theirs get a higher one', () => {
  const limits = { spend: { usd: 5, 'input tokens': 1e6, calls: 9 } };
  const spent = { usd: 5.0004, 'input tokens': 1_010_000, calls: 8 };
  expect(reopening({ closed: 'spend', limits, cost: 0, spent })).toBe("--spend usd=10 'input tokens=2000000'");
});
