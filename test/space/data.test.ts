import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { atMost, predicate } from '../../src/space/constraint.ts';
import { parseSpace, space } from '../../src/space/space.ts';
import { float, int, parameterTypes } from '../../src/space/types/dimension.ts';
import { refusal } from './helpers.ts';

const types = Object.keys(parameterTypes).join(', ');

const STUDY = `
parameters:
  lr: { type: float, low: 1e-5, high: 0.1, log: true, prior: { logNormal: { median: 0.001, sigma: 1 } } }
  dropout: { type: float, low: 0, high: 0.5, step: 0.05, prior: { normal: { median: 0.2, sigma: 0.1 } } }
  keep: { type: float, low: 0.01, high: 0.99, logit: true, prior: { beta: { a: 2, b: 1 } } }
  units: { type: int, low: 16, high: 64, step: 2 }
  width: { type: int, low: 1, high: 1024, log: true }
  act: { type: choice, values: [relu, tanh, gelu], prior: { weights: [3, 1, 1] } }
  size: { type: ordinal, values: [1, 2, 4] }
  bias: { type: boolean }
  opt: { type: choice, values: [adam, sgd] }
  momentum: { type: float, low: 0, high: 1, when: { opt: sgd } }
  version: { type: constant, value: 3 }
constraints:
  - { atMost: { units: 1, width: 0.5 }, limit: 300 }
  - { forbid: { act: relu, opt: sgd } }
`;

describe('the form as data', () => {
  const study = parseSpace(parse(STUDY));
  const again = parseSpace(JSON.parse(JSON.stringify(study)));
  test('is returned unchanged', () => {
    expect(study.toJSON()).toEqual(parse(STUDY));
    expect(again.toJSON()).toEqual(study.toJSON());
  });
  test('makes a space that does the same', () => {
    const coordinate = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 10, maxLength: 10 }), (point) => {
        expect(again.decode(point)).toEqual(study.decode(point));
        expect(again.snap(point)).toEqual(study.snap(point));
        expect(again.feasible(point)).toBe(study.feasible(point));
        study.axes.forEach(({ prior }, i) => {
          expect(again.axes[i]!.prior?.quantile(point[i]!)).toBe(prior?.quantile(point[i]!));
          expect(again.axes[i]!.prior?.logDensity(point[i]!)).toBe(prior?.logDensity(point[i]!));
        });
      }),
      { numRuns: 300, seed: 7 },
    );
  });
  test('cannot be changed from outside', () => {
    const data = { parameters: { x: { type: 'int', low: 1, high: 9 } } };
    const s = parseSpace(data);
    data.parameters.x.high = 3;
    (s.toJSON().parameters.x as { high: number }).high = 4;
    expect([s.toJSON().parameters.x, s.decode([1])]).toEqual([{ type: 'int', low: 1, high: 9 }, { x: 9 }]);
  });
});

test('predicates are stored by name, and need their code', () => {
  const small = (p: Readonly<Record<string, unknown>>) => (p.units as number) < 5;
  const made = space({ units: int(1, 9) }, { constraints: [atMost({ units: 1 }, 8), predicate('small nets', (p) => p.units < 5)] });
  const data = JSON.parse(JSON.stringify(made));
  expect(data.constraints).toEqual([{ atMost: { units: 1 }, limit: 8 }, { predicate: 'small nets' }]);
  expect(refusal(() => parseSpace(data))).toMatch(/^constraints\[1\]\.predicate: .*, got "small nets"$/);
  expect(refusal(() => parseSpace(data, { 'smal nets': small }))).toContain('did you mean smal nets?');
  const read = parseSpace(data, { 'small nets': small });
  expect([read.feasible([0.1]), read.feasible([0.9])]).toEqual([true, false]);
  expect(read.toJSON()).toEqual(made.toJSON());
});

test.each<[string, string]>([
  [
    '{ lr: { type: float, low: 0, hgih: 1 } }',
    'parameters.lr.hgih: unknown key, expected one of type, low, high, log, logit, step, prior, when; did you mean high?',
  ],
  ['{ lr: { type: flaot, low: 0, high: 1 } }', `parameters.lr.type: expected one of ${types}, got "flaot"; did you mean float?`],
  ['{ lr: { low: 0, high: 1 } }', `parameters.lr.type: expected one of ${types}, got nothing`],
  ['{ lr: { type: float, low: 0 } }', 'parameters.lr.high: expected a value, got nothing'],
  [
    '{ lr: { type: float, low: zero, high: 1 } }',
    'parameters.lr.low: expected a number, or the name of another parameter that has one, neither of them conditional, got "zero"',
  ],
  ['{ lr: { type: float, low: 1, high: 2, log: yes } }', 'parameters.lr.log: expected true or false, got "yes"'],
  ['{ lr: 3 }', 'parameters.lr: expected a parameter such as { type: float, low: 0, high: 1 }, got 3'],
  ['{ act: { type: choice, values: relu } }', 'parameters.act.values: expected a list that is not empty, got "relu"'],
  ['{ act: { type: choice, values: relu } }', 'parameters.act.values: expected a list that is not empty, got "relu"'],
  ['{ act: { type: choice, values: [a, a] } }', 'parameters.act.values: expected values that differ, got ["a","a"]'],
  [
    '{ lr: { type: float, low: 0, high: 1, prior: { normal: { median: 0, std: 1 } } } }',
    'parameters.lr.prior.normal.std: unknown key, expected one of median, sigma',
  ],
  [
    '{ lr: { type: float, low: 0, high: 1, prior: { normal: { median: 0, sigma: 0 } } } }',
    'parameters.lr.prior.normal.sigma: expected a number above 0, got 0',
  ],
  [
    '{ lr: { type: float, low: 0, high: 1, constructor: 1 } }',
    'parameters.lr.constructor: unknown key, expected one of type, low, high, log, logit, step, prior, when',
  ],
  ['[lr]', 'parameters: expected a mapping, got ["lr"]'],
  [
    '{ opt: { type: choice, values: [.inf, sgd] } }',
    'parameters.opt.values[0]: expected a value that JSON can hold, nested at most 8 deep, got Infinity',
  ],
  [
    '{ opt: { type: choice, values: [[[[[[[[[[1]]]]]]]]]] } }',
    'parameters.opt.values[0]: expected a value that JSON can hold, nested at most 8 deep, got [[[[[[[[[1]]]]]]]]]',
  ],
  ['{ degree: [1, 2] }', 'parameters.degree: expected a parameter such as { type: choice, values: [1,2] }, got [1,2]'],
  ['{ "": { type: boolean } }', 'parameters: expected parameters with valid names, got ""'],
  ['{}', 'parameters: expected at least one parameter, got {}'],
])('%s is refused', (parameters, message) => {
  expect(refusal(() => parseSpace({ parameters: parse(parameters) }))).toBe(message);
});

test('the data itself has parameters and constraints, and nothing else', () => {
  expect(refusal(() => parseSpace({ params: {} }))).toContain('space.params: unknown key, expected one of parameters, constraints');
  expect(refusal(() => parseSpace([]))).toMatch(/^space: .*, got \[\]$/);
  expect(refusal(() => parseSpace({}))).toMatch(/^space\.parameters: .*, got nothing$/);
  expect(refusal(() => parseSpace({ parameters: { x: float(0, 1) }, constraints: {} }))).toMatch(/^constraints: .*, got \{\}$/);
});

test('a space nests up to 1000 conditions', () => {
  const chainOf = (length: number) => ({
    parameters: Object.fromEntries(
      Array.from({ length: length + 1 }, (_, i) => [`p${i}`, { type: 'boolean', ...(i > 0 && { when: { [`p${i - 1}`]: true } }) }]),
    ),
  });
  expect(parseSpace(chainOf(1000)).size).toBe(1002);
  expect(refusal(() => parseSpace(chainOf(5000)))).toMatch(/^parameters\.p1001\.when: /);
});
