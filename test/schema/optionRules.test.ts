import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import * as rules from '../../src/schema/optionRules.ts';
import { optional, required, resolveOptions, schemaOf } from '../../src/schema/optionSet.ts';

const { oneOf, positive, wholeFrom } = rules;

describe('a rule', () => {
  it.each([
    ['positive', rules.positive, [1e-9, 1e300], [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
    ['notNegative', rules.notNegative, [0, 1e300], [-1e-9, Number.NaN, Number.POSITIVE_INFINITY]],
    ['atLeastNumber(3)', rules.atLeastNumber(3), [3, 3.5], [2.9, Number.NaN, Number.POSITIVE_INFINITY, '3']],
    ['finite', rules.finite, [-1e300, 0], [Number.NEGATIVE_INFINITY, '0']],
    ['probability', rules.probability, [0, 1], [-0.1, 1.1, Number.NaN]],
    ['fraction', rules.fraction, [1e-9, 1], [0, 1.1]],
    ['below(100)', rules.below(100), [1e-9, 99.9], [0, 100]],
    ['wholeFrom(2)', rules.wholeFrom(2), [2, 2 ** 53 - 1], [1, 2.5, 2 ** 53, '2']],
    ['bool', rules.bool, [true, false], [0, 'true', null]],
    ['within(1, 3)', rules.within(1, 3), [1, 3], [0.9, 3.1]],
    ['text', rules.text, ['a'], ['', 1]],
    ['textOrNumber', rules.textOrNumber, ['', 'a', 0], [Number.NaN, null]],
    ['byName', rules.byName(positive, 'x'), [{ a: 1 }], [{}, { a: 0 }, [1], null, 1]],
    ['oneOrByName', rules.oneOrByName(positive, 'x', 0), [1, {}, { a: 1 }], [0, { a: 0 }, [1], null]],
    ['names', rules.names, [[], ['a']], ['a', [1]]],
  ])('%s', (_, { holds }, good, bad) => {
    expect(good.map(holds)).toEqual(good.map(() => true));
    expect(bad.map(holds)).toEqual(bad.map(() => false));
  });

  it('for names lists all of them', () => {
    expect(oneOf('a', 'b').expected).toBe('a or b');
    expect(oneOf('a', 'b', 'c').expected).toBe('a, b or c');
    expect(['a', 'b', 'd', undefined].map(oneOf('a', 'b').holds)).toEqual([true, true, false, false]);
  });
});

describe('options', () => {
  const set = {
    size: required(wholeFrom(1)),
    rate: optional(positive, 0.5),
    noise: optional(positive),
    most: optional(positive, Infinity),
  };
  const options = (given: { readonly size?: unknown; readonly rate?: unknown }) => () =>
    resolveOptions('ga', set, given as { readonly size: number });

  it('may be left out unless they are required, and then have their defaults', () => {
    expect(options({ size: 1 })()).toEqual({ size: 1, rate: 0.5, most: Infinity });
    expect(options({ size: 1, rate: undefined })()).toEqual({ size: 1, rate: 0.5, most: Infinity });
    expect(options({ size: 1, rate: 2 })()).toEqual({ size: 1, rate: 2, most: Infinity });
    expect(options({ rate: 1 })).toThrow(new OptionError('ga.size', 'a whole number of at least 1', undefined, '; ga requires size'));
  });

  it('are reported with the name of the strategy', () => {
    expect(options({ size: 1, rate: null })).toThrow(new OptionError('ga.rate', 'a number above 0', null));
    expect(() => resolveOptions('', { trials: optional(wholeFrom(0)) }, { trials: -1 })).toThrow(
      new OptionError('trials', 'a whole number of at least 0', -1),
    );
  });

  it('by name are checked one by one', () =>
    expect(() => rules.checkOption('grid.levels', { a: 1, b: 0 }, rules.byName(wholeFrom(1), 'counts'))).toThrow(
      new OptionError('grid.levels.b', 'a whole number of at least 1', 0),
    ));

  it('have a JSON Schema, with the defaults that JSON can express', () =>
    expect(schemaOf(set)).toEqual({
      type: 'object',
      properties: {
        size: { type: 'integer', minimum: 1 },
        rate: { type: 'number', exclusiveMinimum: 0, default: 0.5 },
        noise: { type: 'number', exclusiveMinimum: 0 },
        most: { type: 'number', exclusiveMinimum: 0 },
      },
      required: ['size'],
      additionalProperties: false,
    }));
});
