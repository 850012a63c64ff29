import { SpaceError } from '../errors.ts';
import { isRecord } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';
import { fault } from './check.ts';
import type { Configuration } from './codec.ts';
import type { Parameter } from './parameter.ts';

/** Checks that data is a mapping from names of parameters. An undefined value counts as absent. */
export function knownNames(parameters: readonly Parameter[], data: unknown): Configuration {
  if (!isRecord(data)) throw fault('parameters', 'a mapping from names to values', data);
  for (const given of Object.keys(data)) {
    if (parameters.some(({ name }) => name === given)) continue;
    const names = parameters.map(({ name }) => name);
    throw new SpaceError(`${given}: expected one of ${names.join(', ')}, got an unknown name${nearest(given, names)}`);
  }
  return data;
}

/** Checks a value. If the parameter has levels, returns the exact value of the level. */
export function checkValue({ name, scale }: Parameter, value: unknown): unknown {
  if (!scale.accepts(value)) throw fault(name, scale.expects, value);
  return scale.levels ? scale.toValue(scale.toCoordinate(value)) : value;
}

/** Checks a configuration from outside. Parameters that do not exist in it are dropped. */
export function parse(parameters: readonly Parameter[], data: unknown): Configuration {
  const given = knownNames(parameters, data);
  const params: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const { name, when } = parameter;
    if (when && !when.values.includes(params[when.parameter.name] as never)) continue;
    params[name] = checkValue(parameter, Object.hasOwn(given, name) ? given[name] : undefined);
  }
  return params;
}
