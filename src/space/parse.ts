import { SpaceError } from '../errors.ts';
import { isRecord } from '../isRecord.ts';
import { fault, nearest } from './check.ts';
import type { Params } from './codec.ts';
import type { Parameter } from './parameter.ts';

/** A mapping whose names are parameters' names. A value that is undefined counts as absent. */
export function named(parameters: readonly Parameter[], data: unknown): Params {
  if (!isRecord(data)) throw fault('parameters', 'a mapping from names to values', data);
  const names = parameters.map(({ name }) => name);
  for (const name of Object.keys(data)) {
    if (!names.includes(name))
      throw new SpaceError(`${name}: expected one of ${names.join(', ')}, got an unknown name${nearest(name, names)}`);
  }
  return data;
}

/** A value as the parameter has it: on its level, where there are levels. */
export function checked({ name, scale }: Parameter, value: unknown): unknown {
  if (!scale.accepts(value)) throw fault(name, scale.expects, value);
  return scale.levels ? scale.toValue(scale.toCoordinate(value)) : value;
}

/** A configuration from outside, checked; what does not exist under it is dropped. */
export function parse(parameters: readonly Parameter[], data: unknown): Params {
  const given = named(parameters, data);
  const params: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const { name, when } = parameter;
    if (when && !when.values.includes(params[when.parameter.name] as never)) continue;
    params[name] = checked(parameter, Object.hasOwn(given, name) ? given[name] : undefined);
  }
  return params;
}
