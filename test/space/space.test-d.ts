import { expectTypeOf, test } from 'vitest';
import { atLeast, atMost, forbid, predicate } from '../../src/space/constraint.ts';
import { type Infer, parseSpace, type Space, space } from '../../src/space/space.ts';
import { boolean, choice, constant, float, int, ordinal, when } from '../../src/space/types/dimension.ts';

const parameters = {
  lr: float(1e-5, 1e-1, { log: true }),
  units: int(16, 64, { step: 2 }),
  act: choice(['relu', 'tanh', 'gelu']),
  heads: ordinal([1, 2, 4]),
  bias: boolean(),
  opt: choice(['adam', 'sgd']),
  momentum: when('opt', 'sgd', float(0, 1)),
  nesterov: when('opt', ['sgd', 'adam'], boolean()),
  version: constant(3),
};

test('the type of a configuration is exact', () => {
  const net = space(parameters);
  type Common = {
    readonly lr: number;
    readonly units: number;
    readonly act: 'relu' | 'tanh' | 'gelu';
    readonly heads: 1 | 2 | 4;
    readonly bias: boolean;
    readonly version: 3;
    readonly nesterov: boolean;
  };
  type Sgd = { readonly opt: 'sgd'; readonly momentum: number };
  type Adam = { readonly opt: 'adam'; readonly momentum?: never };
  expectTypeOf<Infer<typeof net>>().branded.toEqualTypeOf<Common & (Sgd | Adam)>();
  expectTypeOf(net.decode).returns.toEqualTypeOf<Infer<typeof net>>();
  expectTypeOf(net.parse).returns.toEqualTypeOf<Infer<typeof net>>();
  expectTypeOf(parseSpace).returns.toEqualTypeOf<Space<Readonly<Record<string, unknown>>>>();
});

test('a parameter below a choice is there where its parent has its value', () => {
  const net = space({ m: choice(['a', 'b', 'c', 'd']), k: when('m', 'a', int(1, 3)), j: when('m', ['a', 'b'], boolean()) });
  type Net = Infer<typeof net>;
  const use = (p: Net) => {
    expectTypeOf(p.m).toEqualTypeOf<'a' | 'b' | 'c' | 'd'>();
    expectTypeOf(p.k).toEqualTypeOf<number | undefined>();
    if (p.m === 'a') expectTypeOf([p.k, p.j] as const).toEqualTypeOf<readonly [number, boolean]>();
    if (p.m === 'b') expectTypeOf([p.k, p.j] as const).toEqualTypeOf<readonly [undefined, boolean]>();
    if (p.m === 'd') expectTypeOf([p.k, p.j] as const).toEqualTypeOf<readonly [undefined, undefined]>();
    const { m, k } = p;
    if (m === 'a') expectTypeOf(k).toEqualTypeOf<number>();
    // @ts-expect-error it is there below a only
    if (p.m !== 'a') p.k.toFixed();
  };
  expectTypeOf(use)
    .parameter(0)
    .toEqualTypeOf<
      | { readonly m: 'a'; readonly k: number; readonly j: boolean }
      | { readonly m: 'b'; readonly j: boolean; readonly k?: never }
      | { readonly m: 'c' | 'd'; readonly k?: never; readonly j?: never }
    >();
  use({ m: 'c' });
  // @ts-expect-error it is missing
  use({ m: 'a', j: true });
  // @ts-expect-error it is not there
  use({ m: 'd', j: true });
});

test('a choice below a choice, two choices, and a truth value do the same', () => {
  const deep = space({
    a: choice(['x', 'y']),
    b: when('a', 'x', choice([1, 2])),
    c: when('b', 2, float(0, 1)),
    d: boolean(),
    e: when('d', true, constant('e')),
  });
  const use = (p: Infer<typeof deep>) => {
    if (p.b === 2) expectTypeOf([p.a, p.c] as const).toEqualTypeOf<readonly ['x', number]>();
    if (p.a === 'y') expectTypeOf([p.b, p.c] as const).toEqualTypeOf<readonly [undefined, undefined]>();
    if (p.d) expectTypeOf(p.e).toEqualTypeOf<'e'>();
    if (p.d && p.a === 'x') expectTypeOf([p.b, p.e] as const).toEqualTypeOf<readonly [1 | 2, 'e']>();
  };
  use({ a: 'x', b: 2, c: 0.5, d: false });
});

test('a parameter below a number, a list, or values that are not known may be absent, as all below many parents', () => {
  const names: readonly string[] = ['a', 'b'];
  const loose = space({
    n: int(1, 3),
    a: when('n', [2, 3], choice(['x', 'y'])),
    b: when('a', 'x', float(0, 1)),
  });
  expectTypeOf<Infer<typeof loose>>().toEqualTypeOf<{ readonly n: number; readonly a?: 'x' | 'y'; readonly b?: number }>();
  const open = space({ m: choice(names), l: choice([[1, 2], [3]]), k: when('m', 'a', int(1, 3)), j: when('l', [[3]], int(1, 3)) });
  expectTypeOf<Infer<typeof open>['k' | 'j']>().toEqualTypeOf<number | undefined>();
  const [a, b] = [boolean(), when('a', true, boolean())];
  const many = space({ a, b, c: when('b', true, boolean()), d: when('c', true, boolean()), e: when('d', true, int(1, 3)) });
  type Many = { readonly a: boolean } & { readonly [K in 'b' | 'c' | 'd']?: boolean } & { readonly e?: number };
  expectTypeOf<Infer<typeof many>>().branded.toEqualTypeOf<Many>();
});

test('parameters may be written as data', () => {
  const net = space({ act: { type: 'choice', values: ['relu', 'tanh'] }, n: { type: 'int', low: 1, high: 2, when: { act: 'relu' } } });
  type Net = { readonly act: 'relu'; readonly n: number } | { readonly act: 'tanh'; readonly n?: never };
  expectTypeOf<Infer<typeof net>>().toEqualTypeOf<Net>();
});

test('constraints know the parameters', () => {
  space(parameters, {
    constraints: [
      atMost({ units: 1, heads: 0.5, momentum: 2 }, 300),
      atLeast({ units: 1 }, 3),
      forbid({ act: 'relu', opt: 'sgd' }),
      predicate('small nets only', (p) => {
        expectTypeOf(p.act).toEqualTypeOf<'relu' | 'tanh' | 'gelu'>();
        expectTypeOf(p.momentum).toEqualTypeOf<number | undefined>();
        return p.units < 5;
      }),
    ],
  });
  // @ts-expect-error no such parameter
  space(parameters, { constraints: [atMost({ unitz: 1 }, 300)] });
  // @ts-expect-error not a number
  space(parameters, { constraints: [atMost({ act: 1 }, 300)] });
  // @ts-expect-error no such value
  space(parameters, { constraints: [forbid({ act: 'rleu' })] });
  // @ts-expect-error no such parameter
  space(parameters, { constraints: [predicate('p', (p) => p.unitz < 5)] });
});

test('conditions know their parents', () => {
  const opt = choice(['adam', 'sgd']);
  // @ts-expect-error no such parent
  space({ opt, momentum: when('otp', 'sgd', float(0, 1)) });
  // @ts-expect-error no such value
  space({ opt, momentum: when('opt', 'sdg', float(0, 1)) });
  // @ts-expect-error no such value among these
  space({ opt, momentum: when('opt', ['sgd', 'rmsprop'], float(0, 1)) });
  space({ bias: boolean(), layers: int(1, 3), a: when('bias', true, float(0, 1)), b: when('layers', [2, 3], constant('x')) });
});

test('options of one kind do not fit another', () => {
  // @ts-expect-error an int has no log odds
  int(1, 3, { logit: true });
  // @ts-expect-error no such option
  float(0, 1, { logarithmic: true });
  // @ts-expect-error JSON has no functions
  choice([() => 1]);
});
