import { expect, it } from 'vitest';
import { attacks } from './cases.ts';
import { patches } from './guards.ts';
import { attackAll } from './suite.ts';

// Hundreds of servers and programs start, one after the other.
it('no attack succeeds, and each succeeds without its guard', { timeout: 900_000 }, async () => {
  const rows = await attackAll();
  expect(rows.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(rows.filter(({ succeeded }) => succeeded)).toEqual([]);
  expect(rows.filter(({ control }) => !control)).toEqual([]);
  expect(rows.length).toBe(attacks.length);
  expect(rows.length).toBeGreaterThanOrEqual(80);
});

it('each guard has an attack, and each attack its own name', () => {
  const guards = new Set<string>(attacks.map(({ guard }) => guard));
  expect(Object.keys(patches).filter((name) => !guards.has(name))).toEqual([]);
  expect(new Set(attacks.map(({ area, what }) => `${area} ${what}`)).size).toBe(attacks.length);
});
