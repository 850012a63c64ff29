import { expect, it } from 'vitest';
import { asha, chain, random } from '../../streams/index.ts';
import { equal, falling, run, suggested } from './falling.ts';

it('ten thousand trainers on one study lose nothing and repeat nothing', async () => {
  const { entries, busy } = await run(random(), equal, { trials: 30_000, trainers: 10_000, crash: 0.05, lose: 0.05, spread: 0.5 });
  const first = suggested(entries).filter(({ attempt }) => attempt === 1);
  expect(first.map(({ trial }) => trial)).toEqual(Array.from({ length: 30_000 }, (_, i) => i + 1));
  expect(new Set(first.map(({ params }) => params.x)).size).toBe(30_000);
  const attempts = suggested(entries).map(({ trial, attempt }) => `${trial}.${attempt}`);
  expect(new Set(attempts).size).toBe(attempts.length);
  const ends = new Map<string, number>();
  for (const { fact } of entries) {
    const { type, run: of } = fact as { type: string; run?: string };
    if (type === 'completed' || type === 'failed') ends.set(of!, (ends.get(of!) ?? 0) + 1);
  }
  expect([...ends.keys()].sort()).toEqual([...attempts].sort());
  expect([...ends.values()].every((count) => count === 1)).toBe(true);
  expect(busy).toBeGreaterThan(0.2);
});

it('ten thousand equal trials on sixteen trainers under ASHA take at most 1.02 times the least time', async () => {
  const { cost, seconds } = await run(chain(asha({ min: 1, max: 9, pause: true }), random()), falling, { trials: 10_000, trainers: 16 });
  expect(seconds).toBeLessThanOrEqual((1.02 * 2 * cost) / 16);
});
