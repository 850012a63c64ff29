import { expect, it } from 'vitest';
import * as hypertide from '../../../streams/index.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';

const { bandit, chain, dedupe, mix, plateau, reject, sobol, take, until } = hypertide;

/** What a caller in JavaScript may pass. */
const name = 'tpe' as unknown as Strategy;

it.each<[string, () => Strategy]>([
  ['chain', () => chain(sobol(), name)],
  ['take', () => take(3, name)],
  ['until', () => until(plateau(5), name)],
  ['dedupe', () => dedupe(name)],
  ['reject', () => reject(() => false, name)],
  ['bandit.model', () => bandit({ model: name })],
  ['mix.model', () => mix({ model: name })],
  ['mix.model', () => mix({ model: [name, 2] })],
])('%s refuses a name, with advice', (place, make) => {
  expect(make).toThrow(`${place}: expected a strategy such as tpe(), got "tpe"; did you mean tpe()?`);
});

it('refuses other values that are not strategies', () => {
  expect(() => chain(undefined as unknown as Strategy)).toThrow(/chain: .*, got nothing/);
  expect(() => take(3, sobol as unknown as Strategy)).not.toThrow(); // a function may be a strategy in code
});
