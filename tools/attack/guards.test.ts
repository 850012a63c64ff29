import { expect, it } from 'vitest';
import { patches } from './guards.ts';
import { placeOf } from './without.ts';

it.each(Object.entries(patches))('the code of the guard "%s" is where guards.ts says', (guard, changes) => {
  for (const [code] of changes) expect(placeOf(guard, code)).toMatch(/\.ts$/);
});

it('a guard that has moved is reported', () => {
  expect(() => placeOf('gone', 'code that does not occur')).toThrow('guard "gone": expected this code once, found it 0 times');
});
