import { describe, expect, it } from 'vitest';
import { OptionError } from '../src/errors.ts';
import * as rules from '../src/optionRules.ts';

const { checkOptions, needed, oneOf, positive, wholeFrom } = rules;

describe('a rule', () => {
  it.each([
    ['positive', rules.positive, [1e-9, 1e300], [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
    ['notNegative', rules.notNegative, [0, 1e300], [-1e-9, Number.NaN, Number.POSITIVE_INFINITY]],
    ['from(3)', rules.from(3), [3, 3.5], [2.9, Number.NaN, Number.POSITIVE_INFINITY, '3']],
    ['finite', rules.finite, [-1e300, 0], [Number.NEGATIVE_INFINITY, '0']],
    ['probability', rules.probability, [0, 1], [-0.1, 1.1, Number.NaN]],
    ['part', rules.part, [1e-9, 1], [0, 1.1]],
    ['below(100)', rules.below(100), [1e-9, 99.9], [0, 100]],
    ['wholeFrom(2)', rules.wholeFrom(2), [2, 2 ** 53 - 1], [1, 2.5, 2 ** 53, '2']],
    ['bool', rules.bool, [true, false], [0, 'true', null]],
    ['names', rules.names, [[], ['a']], ['a', [1]]],
  ])('%s', (_, { holds }, good, bad) => {
    expect(good.map(holds)).toEqual(good.map(() => true));
    expect(bad.map(holds)).toEqual(bad.map(() => false));
  });

  it('of names says them all', () => {
    expect(oneOf('a', 'b').expected).toBe('a or b');
    expect(oneOf('a', 'b', 'c').expected).toBe('a, b or c');
    expect(['a', 'b', 'd', undefined].map(oneOf('a', 'b').holds)).toEqual([true, true, false, false]);
  });
});

describe('options', () => {
  const options = (given: { readonly size?: unknown; readonly rate?: unknown }) => () =>
    checkOptions('ga', given, { size: needed(wholeFrom(1)), rate: positive });

  it('may be left out where there is a default, and only there', () => {
    expect(options({ size: 1 })).not.toThrow();
    expect(options({ size: 1, rate: undefined })).not.toThrow();
    expect(options({ rate: 1 })).toThrow(new OptionError('ga.size', 'a whole number of at least 1', undefined));
  });

  it('are named with whose they are', () => {
    expect(options({ size: 1, rate: null })).toThrow(new OptionError('ga.rate', 'a number above 0', null));
    expect(() => checkOptions('', { trials: -1 }, { trials: wholeFrom(0) })).toThrow(
      new OptionError('trials', 'a whole number of at least 0', -1),
    );
  });
});
