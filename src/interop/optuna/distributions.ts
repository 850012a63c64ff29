import { SpaceError } from '../../errors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { nonEmptyListOf } from '../../space/shape.ts';
import { roundingOn } from '../../space/types/decimal.ts';
import type { Dimension } from '../../space/types/dimension.ts';
import { valuesOf } from '../../space/types/dimension.ts';
import { anyValue, isSameValue, type Value } from '../../space/value.ts';
import type { Attributes, OptunaDistribution, OptunaParam } from './optunaStudy.ts';

/** The names of distributions before Optuna 3, with what the present ones call the same. */
const OLD: Readonly<Record<string, (attributes: Attributes) => OptunaDistribution>> = {
  UniformDistribution: (attributes) => ({ name: 'FloatDistribution', attributes }),
  LogUniformDistribution: (attributes) => ({ name: 'FloatDistribution', attributes: { ...attributes, log: true } }),
  DiscreteUniformDistribution: ({ q, ...attributes }) => ({ name: 'FloatDistribution', attributes: { ...attributes, step: q } }),
  IntUniformDistribution: (attributes) => ({ name: 'IntDistribution', attributes }),
  IntLogUniformDistribution: (attributes) => ({ name: 'IntDistribution', attributes: { ...attributes, log: true } }),
};

const present = (distribution: OptunaDistribution): OptunaDistribution => OLD[distribution.name]?.(distribution.attributes) ?? distribution;

/** The parameter of a space that has the same values as a distribution of Optuna. @throws SpaceError */
export function dimensionOf(name: string, given: OptunaDistribution): Dimension {
  const { name: kind, attributes } = present(given);
  if (kind === 'CategoricalDistribution') return { type: 'choice', values: choicesOf(name, attributes) };
  const { low, high, log, step } = attributes as { low: number; high: number; log?: boolean; step?: number | null };
  if (low === high) return { type: 'constant', value: low };
  const options = omitUndefined({
    log: log || undefined,
    step: log || step === null || (kind === 'IntDistribution' && step === 1) ? undefined : step,
  });
  if (kind === 'FloatDistribution') return { type: 'float', low, high, ...options };
  if (kind === 'IntDistribution') return { type: 'int', low, high, ...options };
  throw new SpaceError(`${name}: expected a float, an integer or a categorical distribution, got ${kind}`);
}

function choicesOf(name: string, { choices }: Attributes): readonly Value[] {
  return nonEmptyListOf(anyValue).read(`${name}.choices`, choices);
}

/** The distribution that holds two: a program may suggest a parameter with another range in each trial. */
export function joined(a: OptunaDistribution, b: OptunaDistribution): OptunaDistribution {
  const [{ name, attributes }, other] = [present(a), present(b).attributes];
  if (name === 'CategoricalDistribution') return a;
  const { low, high } = attributes as { low: number; high: number };
  return { name, attributes: { ...attributes, low: Math.min(low, Number(other.low)), high: Math.max(high, Number(other.high)) } };
}

/** The value that a parameter of a trial of Optuna stands for. */
export function paramValue(name: string, { internal, distribution }: OptunaParam): Value {
  const { name: kind, attributes } = present(distribution);
  return kind === 'CategoricalDistribution' ? choicesOf(name, attributes)[internal]! : internal;
}

/** The range of a parameter that has always the same number. */
function rangeOfOne(value: number) {
  const whole = Number.isInteger(value);
  return { low: value, high: value, whole, step: whole ? 1 : undefined };
}

/** A value of a parameter as Optuna stores it. */
export function paramOf(dimension: Dimension, value: Value): OptunaParam {
  const values = dimension.type === 'constant' && typeof value === 'number' ? rangeOfOne(value) : valuesOf(dimension);
  if (!('low' in values)) {
    return {
      internal: values.findIndex((one) => isSameValue(one, value)),
      distribution: { name: 'CategoricalDistribution', attributes: { choices: values } },
    };
  }
  const { low, high, step, whole } = values;
  const log = 'log' in dimension && dimension.log === true;
  // Optuna expects the highest value on a step.
  const last = step === undefined || low === high ? high : roundingOn(low, high)(low + Math.floor((high - low) / step + 1e-9) * step);
  const attributes = { step: step ?? null, low, high: last, log };
  return { internal: Number(value), distribution: { name: whole ? 'IntDistribution' : 'FloatDistribution', attributes } };
}
