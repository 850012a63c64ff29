import { expect, it } from 'vitest';
import { attacks } from './cases.ts';
import { attackAll } from './suite.ts';

// Hundreds of servers and programs start, one after the other.
it('no attack succeeds, and those on rights succeed on a server without rights', { timeout: 900_000 }, async () => {
  const { held, controls } = await attackAll();
  expect([...held, ...controls].filter(({ error }) => error !== undefined)).toEqual([]);
  expect(held.filter(({ succeeded }) => succeeded)).toEqual([]);
  expect(controls.filter(({ succeeded }) => !succeeded)).toEqual([]);
  expect(held.length).toBe(attacks.length);
  expect(controls.length).toBeGreaterThanOrEqual(30);
});

it('each attack has its own name', () => {
  expect(new Set(attacks.map(({ area, what }) => `${area} ${what}`)).size).toBe(attacks.length);
});
