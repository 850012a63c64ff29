import { expect, it } from 'vitest';
import { nearest } from '../../src/schema/nearest.ts';

it('finds similar names', () => {
  expect(nearest('flaot', ['float', 'int'])).toBe('; did you mean float?');
  expect(nearest('zebra', ['float', 'int'])).toBe('');
});

it('names the equivalent of a term of another tool, if there is one', () => {
  expect(nearest('categorical', ['float', 'choice'])).toBe('; did you mean choice?');
  expect(nearest('Bayes', ['auto', 'bo'])).toBe('; did you mean bo?');
  expect(nearest('max', ['high', 'low'])).toBe('; did you mean high?');
  expect(nearest('categorical', ['float', 'int'])).toBe('');
  expect(nearest('minimise', ['parameters', 'objective'])).toBe('; did you mean objective?');
  expect(nearest('direction', ['objectives', 'epochs'])).toBe('; did you mean objectives?');
  expect(nearest('constructor', ['float', 'int'])).toBe('');
});
