import { fault, show } from './check.ts';
import type { ConstantDimension, Value } from './dimension.ts';
import { evenLevels, type Scale } from './scale.ts';

/** The scale of choices, ordinals and booleans. */
export function choiceScale(path: string, kind: 'choice' | 'ordinal' | 'boolean', values: readonly Value[]): Scale {
  const levels = evenLevels(values.length);
  const levelOf = new Map<unknown, number>(values.map((value, k) => [value, k]));
  if (levelOf.size < values.length) throw fault(`${path}.values`, 'values that differ', values);
  return {
    kind,
    levels,
    expects: kind === 'boolean' ? 'true or false' : `one of ${values.map(show).join(', ')}`,
    accepts: (value) => levelOf.has(value),
    toValue: (u) => values[levels.of(u)]!,
    toCoordinate: (value) => levels.at(levelOf.get(value) ?? Number.NaN),
    slope: () => 0,
  };
}

export const constantScale = ({ value }: ConstantDimension): Scale => ({
  kind: 'constant',
  expects: show(value),
  accepts: (given) => given === value,
  toValue: () => value,
  toCoordinate: () => 0.5,
  slope: () => 0,
});
