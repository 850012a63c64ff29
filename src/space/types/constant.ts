import { show } from '../check.ts';
import { anyValue, frozen, isSameValue, type Value } from '../value.ts';
import type { DataOf, ParameterType } from './parameterType.ts';

const required = {
  /** The value. */
  value: anyValue,
};
/** @see constant */
export type ConstantDimension<V extends Value = Value> = Omit<DataOf<'constant', typeof required, unknown>, 'value'> & {
  readonly value: V;
};

export const constantType: ParameterType<ConstantDimension> = {
  required,
  optional: {},
  values: ({ value }) => [value],
  scale(_path, dimension) {
    const value = frozen(structuredClone(dimension.value));
    return {
      ordered: false,
      expects: show(value),
      accepts: (given) => isSameValue(given, value),
      toValue: () => value,
      toCoordinate: () => 0.5,
      slope: () => 0,
    };
  },
};
