import { expect, it } from 'vitest';
import { forbid } from '../../src/space/constraint.ts';
import { parseSpace, space } from '../../src/space/space.ts';
import { choice, constant, float, ordinal, parseValue, when } from '../../src/space/types/dimension.ts';
import { valueText } from '../../src/space/value.ts';
import { refusal } from './helpers.ts';

const VALUES = [null, 'null', [], [64], '[64]', [64, 32], { a: 1, b: [null] }, true, 1, 'a'] as const;
const net = space({
  hidden: choice(VALUES),
  size: ordinal([[1], [2]]),
  fixed: constant([null, { x: 1 }]),
  rate: when('hidden', [[64, 32], null], float(0, 1)),
});
const given = (hidden: unknown) => ({ hidden, size: [2], fixed: [null, { x: 1 }], rate: 0.5 });

it.each(VALUES.map((value) => [valueText(value), value]))('%s is a value', (_, hidden) => {
  const params = net.parse(JSON.parse(JSON.stringify(given(hidden))));
  const hasRate = hidden === null || (Array.isArray(hidden) && hidden.length === 2);
  expect(params).toEqual(hasRate ? given(hidden) : { hidden, size: [2], fixed: [null, { x: 1 }] });
  expect(net.decode(net.encode(params))).toEqual(params);
  expect(net.complete({ hidden }, () => 0.4)).toMatchObject({ hidden });
});

it('is told apart from others, whatever the order of its keys', () => {
  expect(net.parse(given({ b: [null], a: 1 }))).toMatchObject({ hidden: { a: 1, b: [null] } });
  for (const other of [[32, 64], [64, null], {}, { a: 1 }, 'true', undefined, Number.NaN, '', 0])
    expect(refusal(() => net.parse(given(other)))).toMatch(/^hidden: expected one of null, "null", \[\], /);
  expect(
    refusal(() =>
      parseSpace({
        parameters: {
          x: {
            type: 'choice',
            values: [
              { a: 1, b: 2 },
              { b: 2, a: 1 },
            ],
          },
        },
      }),
    ),
  ).toContain('parameters.x.values: ');
});

it('is found by its text, as on a command line', () => {
  const { hidden } = net.toJSON().parameters;
  const read = (text: string) => parseValue(hidden, text);
  expect(['null', '[64]', '[64,32]', '[ 64, 32 ]', '{"b":[null],"a":1}', 'TRUE', '1', 'a', 'b'].map(read)).toEqual([
    null,
    [64],
    [64, 32],
    [64, 32],
    { a: 1, b: [null] },
    true,
    1,
    'a',
    'b',
  ]);
});

it('can be forbidden', () => {
  const two = space({ a: choice([null, [1]]), b: choice([[2], 'x']) }, { constraints: [forbid({ a: null, b: [2] })] });
  const feasible = (a: null | readonly [1], b: readonly [2] | 'x') => two.feasible(two.encode({ a, b }));
  expect([feasible(null, [2]), feasible([1], [2]), feasible(null, 'x')]).toEqual([false, true, true]);
});

it('cannot be changed by an objective', () => {
  const point = net.encode(net.parse(given({ a: 1, b: [null] })));
  const { hidden } = net.decode(point) as unknown as { hidden: { a: number; b: unknown[] } };
  expect(() => hidden.b.push(1)).toThrow(TypeError);
  expect(() => {
    hidden.a = 2;
  }).toThrow(TypeError);
  expect(net.decode(point)).toMatchObject({ hidden: { a: 1, b: [null] } });
});
