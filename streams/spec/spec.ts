import { OptionError } from '../../src/errors.ts';
import type { Created } from '../../src/facts/facts.ts';
import type { JsonSchema } from '../../src/schema/json.ts';
import { nearest } from '../../src/schema/nearest.ts';
import type { Strategy, StrategySpec } from '../kernel/strategy.ts';
import { budget } from '../operators/budget.ts';
import { chain } from '../operators/chain.ts';
import { dedupe } from '../operators/exclude.ts';
import { fill } from '../operators/fill.ts';
import { bandit, mix } from '../operators/route.ts';
import { take } from '../operators/take.ts';
import { until } from '../operators/until.ts';
import { strategies } from './catalogue.ts';
import { type Composed, type Composition, compositions, isComposition } from './compositions.ts';
import { named, placing } from './forms.ts';

const makers: { readonly [Name in Composition]: (parts: Composed[Name]) => Strategy } = {
  budget,
  chain: (stages) => chain(...stages),
  dedupe,
  fill,
  take: ([n, inner]) => take(n, inner),
  until: ([when, inner]) => until(when, inner),
  mix,
  bandit: ([byName, rest]) => bandit(byName, rest),
};

const compose = <Name extends Composition>(name: Name, content: unknown, place: string): Strategy =>
  makers[name](compositions[name].read(content, place, parseStrategy));

/**
 * A strategy from its form as data, as a study file holds it.
 *
 * @param path where the data stand, for errors
 * @throws OptionError with the place, what was expected and what it got
 * @example
 * parseStrategy({ chain: [{ asha: { min: 1, max: 27 } }, { ga: { population: 16 } }, 'random'] })
 */
export function parseStrategy(data: unknown, path = 'strategy'): Strategy {
  const [name, content] = named(data, path);
  const place = `${path}.${name}`;
  if (Object.hasOwn(strategies, name)) {
    const { make, form } = strategies[name]!;
    return placing(path, name, () => make(form.read(content, place, parseStrategy)));
  }
  if (isComposition(name)) return placing(path, name, () => compose(name, content, place));
  const names = [...Object.keys(strategies), ...Object.keys(compositions)];
  throw new OptionError(path, `one of ${names.join(', ')}`, name, nearest(name, names));
}

/** The JSON Schema of a strategy in a study file; it refers to itself as `#/$defs/strategy`. */
export function strategySchema(): JsonSchema {
  const forms = [
    ...Object.entries(strategies).map(([name, { form }]) => [name, form.schema] as const),
    ...Object.entries(compositions).map(([name, { schema }]) => [name, schema] as const),
  ];
  const alone = Object.keys(strategies).filter((name) => !Object.values(strategies[name]!.options).some(({ required }) => required));
  return {
    anyOf: [
      { enum: alone },
      { type: 'object', minProperties: 1, maxProperties: 1, properties: Object.fromEntries(forms), additionalProperties: false },
    ],
  };
}

/** The first strategy of a log. @throws OptionError if it is code */
export const strategyOf = ({ strategy }: Created): Strategy => parseStrategy(strategy as StrategySpec);
