import { expect, it } from 'vitest';
import { roles } from '../../../../streams/nats/config/rights.ts';
import { checkNames } from '../../../../streams/nats/config/team.ts';
import { checkName, isName } from '../../../../streams/nats/protocol/subjects.ts';

it('a name has up to 64 letters, digits, _ and -', () => {
  for (const name of ['s', '9', 'Digits_v2', '8c3b2f0e-7f1d-4d59-9d3e-0f5a7c1b2d3e', 'x'.repeat(64)]) expect(isName(name), name).toBe(true);
  const others = ['', '-a', '_a', 'a.b', 'a b', 'a*', 'a>', 'ä', 'a/b', 'x'.repeat(65), undefined, null, 7];
  expect(others.filter(isName)).toEqual([]);
  expect(() => checkName('study', undefined)).toThrow('study: ');
});

it('two trainers whose keys would have one file on some machines are refused', () => {
  expect(() => checkNames('trainer', ['w1', 'W1'])).toThrow(/trainer: .*, got "W1"/);
  expect(() => checkNames('trainer', ['Engine'], roles)).toThrow('used once');
  expect(() => checkNames('trainer', ['w1', 'W2'], roles)).not.toThrow();
});
