import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rngFor } from '../../src/numeric/random.ts';
import { active, draw } from '../../src/space/axis.ts';
import { atMost, forbid, predicate } from '../../src/space/constraint.ts';
import { logNormal, weights } from '../../src/space/prior.ts';
import { parseSpace, space } from '../../src/space/space.ts';
import { boolean, choice, constant, float, int, ordinal, when } from '../../src/space/types/dimension.ts';
import { runs } from '../support/runs.ts';
import { refusal } from './helpers.ts';

const net = space(
  {
    lr: float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 1) }),
    dropout: float(0, 0.5, { step: 0.05 }),
    keep: float(0.01, 0.99, { logit: true }),
    units: int(16, 64, { step: 2 }),
    width: int(1, 1024, { log: true }),
    act: choice(['relu', 'tanh', 'gelu'], { prior: weights([3, 1, 1]) }),
    size: ordinal(['small', 'medium', 'large']),
    bias: boolean(),
    opt: choice(['adam', 'sgd', 'rmsprop']),
    momentum: when('opt', ['sgd', 'rmsprop'], float(0, 1)),
    nesterov: when('opt', 'sgd', boolean()),
    warmup: when('nesterov', true, int(1, 10)),
    version: constant(3),
    note: when('bias', true, constant('biased')),
  },
  { constraints: [atMost({ units: 1, width: 0.5 }, 300), forbid({ act: 'relu', opt: 'sgd' })] },
);
const points = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: net.axes.length, maxLength: net.axes.length });
const CASES = { numRuns: runs(10_000), seed: 7 };

describe('a space of all kinds', () => {
  test('decode and encode are inverse, through JSON', () => {
    fc.assert(
      fc.property(points, (point) => {
        const snapped = net.snap(point);
        const params = JSON.parse(JSON.stringify(net.decode(point)));
        expect(net.snap(snapped)).toEqual(snapped);
        expect(net.encode(params)).toEqual(snapped);
        expect(net.decode(snapped)).toEqual(params);
        expect(net.parse(params)).toEqual(params);
      }),
      CASES,
    );
  });
  test('inactive parameters are absent, and lie at 0.5 with slope 0', () => {
    fc.assert(
      fc.property(points, (point) => {
        const on = active(net.axes, point);
        const params: Readonly<Record<string, unknown>> = net.decode(point);
        const snapped = net.snap(point);
        expect(active(net.axes, snapped)).toEqual(on);
        net.axes.forEach(({ name }, i) => {
          expect(name in params).toBe(on[i]);
          if (on[i]) return;
          expect(snapped[i]).toBe(0.5);
          expect(net.slopes(point)[i]).toBe(0);
        });
      }),
      { ...CASES, numRuns: runs(2000) },
    );
  });
  test('constants have no axis', () => {
    expect(net.axes.map(({ name }) => name)).not.toContain('version');
    const params = net.decode(net.axes.map(() => 0.9));
    expect([params.version, params.note]).toEqual([3, 'biased']);
    expect('note' in net.decode(net.axes.map(() => 0.1))).toBe(false);
  });
});

test('size counts configurations, absent parameters once', () => {
  const opt = choice(['adam', 'sgd']);
  expect(space({ units: int(16, 64, { step: 2 }), act: choice(['a', 'b', 'c']) }).size).toBe(75);
  expect(space({ opt, momentum: when('opt', 'sgd', int(1, 5)), bias: boolean() }).size).toBe(12);
  expect(space({ opt, momentum: when('opt', 'sgd', float(0, 1)) }).size).toBe(Number.POSITIVE_INFINITY);
  expect(space({ x: constant(1) }).size).toBe(1);
});

describe('conditions', () => {
  const opt = choice(['adam', 'sgd']);
  const from = (parameters: unknown) => () => parseSpace({ parameters });
  test('may depend on ints, ordinals and booleans', () => {
    const s = space({ layers: int(1, 3), second: when('layers', [2, 3], int(1, 9)), big: boolean(), rate: when('big', true, float(0, 1)) });
    expect(s.decode([0, 0.9, 0, 0.9])).toEqual({ layers: 1, big: false });
    expect(s.decode([0.9, 0, 0.9, 0.25])).toEqual({ layers: 3, second: 1, big: true, rate: 0.25 });
  });
  test('need an earlier parent with finitely many values, including those of the condition', () => {
    const momentum = { type: 'float', low: 0, high: 1, when: { opt: 'sgd' } };
    expect(refusal(from({ momentum, opt }))).toMatch(/^parameters\.momentum\.when: /);
    expect(refusal(from({ opt, momentum: { ...momentum, when: { otp: 'sgd' } } }))).toMatch(
      /^parameters\.momentum\.when: .*, got "otp"; did you mean opt\?$/,
    );
    expect(refusal(from({ opt, momentum: { ...momentum, when: { opt: 'sdg' } } }))).toMatch(
      /^parameters\.momentum\.when\.opt: .*, got "sdg"$/,
    );
    expect(refusal(from({ opt: float(0, 1), momentum: { ...momentum, when: { opt: 1 } } }))).toContain('finitely many values');
    expect(refusal(from({ opt: constant('sgd'), momentum }))).toContain('finitely many values');
    expect(refusal(from({ opt, bias: boolean(), momentum: { ...momentum, when: { opt: 'sgd', bias: true } } }))).toContain('one parent');
    expect(refusal(from({ opt, momentum: { ...momentum, when: { opt: [] } } }))).toContain('a list that is not empty');
  });
});

describe('parse', () => {
  const s = space({
    lr: float(1e-5, 0.1),
    units: int(16, 64, { step: 2 }),
    opt: choice(['adam', 'sgd']),
    m: when('opt', 'sgd', float(0, 1)),
    v: constant(3),
  });
  const good = { lr: 0.01, units: 16, opt: 'adam', v: 3 };
  test('accepts right values, and drops those of inactive parameters', () => {
    expect(s.parse(good)).toEqual(good);
    expect(s.parse({ ...good, m: 'whatever' })).toEqual(good);
    expect(s.parse({ ...good, opt: 'sgd', m: 1 })).toEqual({ ...good, opt: 'sgd', m: 1 });
  });
  test.each<[unknown, string]>([
    [{ ...good, lr: 1 }, 'lr: expected a number in [0.00001, 0.1], got 1'],
    [{ ...good, lr: '0.01' }, 'lr: expected a number in [0.00001, 0.1], got "0.01"'],
    [{ ...good, lr: Number.NaN }, 'lr: expected a number in [0.00001, 0.1], got NaN'],
    [{ ...good, units: 17 }, 'units: expected a whole number in [16, 64] in steps of 2, got 17'],
    [{ ...good, units: 66 }, 'units: expected a whole number in [16, 64] in steps of 2, got 66'],
    [{ ...good, opt: 'Adam' }, 'opt: expected one of "adam", "sgd", got "Adam"'],
    [{ ...good, opt: 'sgd' }, 'm: expected a number in [0, 1], got nothing'],
    [{ ...good, v: 4 }, 'v: expected 3, got 4'],
    [{ ...good, unit: 16 }, 'unit: expected one of lr, units, opt, m, v, got an unknown name; did you mean units?'],
    [{ ...good, x: 16 }, 'x: expected one of lr, units, opt, m, v, got an unknown name'],
    [{ units: 16, opt: 'adam', v: 3 }, 'lr: expected a number in [0.00001, 0.1], got nothing'],
    [null, 'parameters: expected a mapping from names to values, got null'],
    [[good], 'parameters: expected a mapping from names to values, got [{"lr":0.01,"units":16,"opt":"adam","v":3}]'],
  ])('%j is refused', (given, message) => {
    expect(refusal(() => s.parse(given))).toBe(message);
  });
  test('puts values of stepped floats on their level', () => {
    const stepped = space({ x: float(0, 1, { step: 0.1 }) });
    expect(stepped.parse({ x: 0.1 + 0.2 })).toEqual({ x: 0.3 });
    expect(refusal(() => stepped.parse({ x: 0.31 }))).toMatch(/^x: .*, got 0\.31$/);
    const thirds = space({ x: float(0, 3, { step: 1 / 3 }) });
    expect(thirds.parse({ x: 2 / 3 }).x).toBeCloseTo(2 / 3, 11);
  });
});

test('encode refuses values outside the space', () => {
  const s = space({ x: float(0, 1), act: choice(['a', 'b']) });
  expect(refusal(() => s.encode({ x: 2, act: 'a' }))).toMatch(/^x: .*, got 2$/);
  expect(refusal(() => s.encode({ x: 1, act: 'c' as 'a' }))).toMatch(/^act: .*, got "c"$/);
});

describe('complete', () => {
  test('keeps given values, and draws the rest feasibly from the priors', () => {
    for (let i = 0; i < 300; i++) {
      const params = net.complete({ units: 64, lr: 0.05 }, rngFor('complete', '', i));
      expect([params.units, params.lr]).toEqual([64, 0.05]);
      expect(net.feasible(net.encode(params))).toBe(true);
      expect(net.parse(params)).toEqual(params);
    }
  });
  test('draws parents under which the given parameters exist', () => {
    const optimizers = Array.from({ length: 200 }, (_, i) => net.complete({ momentum: 0.5 }, rngFor('parents', '', i)).opt);
    expect(new Set(optimizers)).toEqual(new Set(['sgd', 'rmsprop']));
    const params = net.complete({ warmup: 3 }, rngFor('parents', '', 1));
    expect([params.opt, params.nesterov, params.warmup]).toEqual(['sgd', true, 3]);
  });
  test('ignores values of parameters that do not exist under the given ones', () => {
    expect('momentum' in net.complete({ opt: 'adam', momentum: 0.5 }, rngFor('ignored', '', 1))).toBe(false);
  });
  test('needs nothing', () => {
    expect(net.parse(net.complete({}, rngFor('nothing', '', 1)))).toBeDefined();
  });
  test('refuses wrong or impossible values', () => {
    const rng = rngFor('impossible', '', 1);
    expect(refusal(() => net.complete({ lr: 7 }, rng))).toMatch(/^lr: .*, got 7$/);
    expect(refusal(() => net.complete({ act: 'relu', opt: 'sgd' }, rng))).toContain('no configuration with {"act":"relu","opt":"sgd"}');
    const s = space({ opt: choice(['adam', 'sgd']), a: when('opt', 'adam', float(0, 1)), m: when('opt', 'sgd', float(0, 1)) });
    expect(refusal(() => s.complete({ a: 0.1, m: 0.2 }, rng))).toBe('opt: it has no value with which all of a, m exist');
  });
});

describe('constraints', () => {
  const draws = (s: typeof net) => Array.from({ length: 5000 }, (_, i) => s.snap(draw(s.axes, rngFor('draws', '', i))));
  test('are feasible exactly where they hold', () => {
    const feasible = draws(net).map((point) => {
      const p = net.decode(point);
      expect(net.feasible(point)).toBe(p.units + 0.5 * p.width <= 300 && !(p.act === 'relu' && p.opt === 'sgd'));
      return net.feasible(point);
    });
    expect(new Set(feasible).size).toBe(2);
  });
  test('count an inactive parameter as 0 in a sum, and as absent in a forbidden pair', () => {
    const parameters = { opt: choice(['adam', 'sgd']), m: when('opt', 'sgd', int(1, 4)), k: int(0, 4) } as const;
    const sum = space(parameters, { constraints: [atMost({ m: 1, k: 1 }, 4)] });
    expect(sum.feasible(sum.encode({ opt: 'adam', k: 4 }))).toBe(true);
    expect(sum.feasible(sum.encode({ opt: 'sgd', m: 1, k: 4 }))).toBe(false);
    const pair = space(parameters, { constraints: [forbid({ m: 1, k: 4 })] });
    expect(pair.feasible(pair.encode({ opt: 'adam', k: 4 }))).toBe(true);
    expect(pair.feasible(pair.encode({ opt: 'sgd', m: 1, k: 4 }))).toBe(false);
  });
  test('hold at their limit despite rounding', () => {
    const s = parseSpace({
      parameters: { a: float(0, 1, { step: 0.25 }), b: float(0, 1, { step: 0.25 }) },
      constraints: [
        { atMost: { a: 0.1, b: 0.2 }, limit: 0.3 },
        { atLeast: { a: 0.1, b: 0.2 }, limit: 0.3 },
      ],
    });
    expect([s.feasible([1, 1]), s.feasible([0.6, 1])]).toEqual([true, false]);
  });
  test('that no point satisfies are refused, exactly so if the space is small', () => {
    const tiny = { x: int(1, 8), y: int(1, 8) };
    expect(refusal(() => space(tiny, { constraints: [atMost({ x: 1, y: 1 }, 1)] }))).toBe(
      'no point satisfies the constraints (all 64 were tried); the last failed: x + y at most 1',
    );
    expect(space(tiny, { constraints: [atMost({ x: 1, y: 1 }, 2)] }).size).toBe(64);
    expect(refusal(() => space({ x: float(0, 1) }, { constraints: [predicate('never', () => false)] }))).toBe(
      'no point satisfies the constraints in 10 000 draws; the last failed: never',
    );
  });
  test('name existing parameters and values', () => {
    const refused = (constraint: unknown) =>
      refusal(() => parseSpace({ parameters: { units: int(1, 9), act: choice(['relu', 'tanh']) }, constraints: [constraint] }));
    expect(refused({ atMost: { unit: 1 }, limit: 3 })).toBe(
      'constraints[0].atMost.unit: unknown key, expected one of units, act; did you mean units?',
    );
    expect(refused({ atMost: { act: 1 }, limit: 3 })).toContain('expected a parameter whose values are numbers; act has other values');
    expect(refused({ atMost: { units: 1 } })).toMatch(/^constraints\[0\]\.limit: .*, got nothing$/);
    expect(refused({ forbid: { act: 'gelu' } })).toMatch(/^constraints\[0\]\.forbid\.act: .*, got "gelu"$/);
    expect(refused({ atmost: { units: 1 }, limit: 3 })).toContain('did you mean atMost?');
    expect(refused({ forbid: {} })).toContain('at least one parameter');
    expect(refused({})).toContain('expected one of atMost, atLeast, forbid, predicate');
    expect(refused('x < 3')).toContain('constraints[0]: expected a mapping');
  });
});
