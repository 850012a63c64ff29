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
  expectTypeOf<Infer<typeof net>>().toEqualTypeOf<{
    readonly lr: number;
    readonly units: number;
    readonly act: 'relu' | 'tanh' | 'gelu';
    readonly heads: 1 | 2 | 4;
    readonly bias: boolean;
    readonly opt: 'adam' | 'sgd';
    readonly version: 3;
    readonly momentum?: number;
    readonly nesterov?: boolean;
  }>();
  expectTypeOf(net.decode).returns.toEqualTypeOf<Infer<typeof net>>();
  expectTypeOf(net.parse).returns.toEqualTypeOf<Infer<typeof net>>();
  expectTypeOf(parseSpace).returns.toEqualTypeOf<Space<Readonly<Record<string, unknown>>>>();
});

test('parameters may be written as data', () => {
  const net = space({ act: { type: 'choice', values: ['relu', 'tanh'] }, n: { type: 'int', low: 1, high: 2, when: { act: 'relu' } } });
  expectTypeOf<Infer<typeof net>>().toEqualTypeOf<{ readonly act: 'relu' | 'tanh'; readonly n?: number }>();
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
