import { SpaceError, together, UserError } from '../errors.ts';
import { isRecord } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';
import { fault } from './check.ts';
import type { Configuration } from './codec.ts';
import type { Parameter } from './parameter.ts';

/** Checks a configuration from outside. Parameters that do not exist in it are dropped. @throws SpaceError the first mistake, with the others in `also` */
export const parse = (parameters: readonly Parameter[], data: unknown): Configuration =>
  checkedValues(parameters, data, ({ when }, values) => !when || when.values.includes(values[when.parameter.name] as never));

/** Checks some values of a configuration. Undefined ones count as absent. @throws SpaceError the first mistake, with the others in `also` */
export const parsePart = (parameters: readonly Parameter[], data: unknown): Configuration =>
  checkedValues(parameters, data, ({ name }, _, given) => given[name] !== undefined);

/** @param isNeeded whether a configuration with these values of earlier parameters has a value of this one */
function checkedValues(
  parameters: readonly Parameter[],
  data: unknown,
  isNeeded: (parameter: Parameter, values: Configuration, given: Configuration) => boolean,
): Configuration {
  if (!isRecord(data)) throw fault('parameters', 'a mapping from names to values', data);
  const mistakes: UserError[] = unknownIn(parameters, data);
  const values: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const { name } = parameter;
    if (!isNeeded(parameter, values, data)) continue;
    try {
      values[name] = checkValue(parameter, Object.hasOwn(data, name) ? data[name] : undefined);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      mistakes.push(error);
    }
  }
  const wrong = together(mistakes);
  if (wrong) throw wrong;
  return values;
}

function unknownIn(parameters: readonly Parameter[], data: Configuration): SpaceError[] {
  const unknown = Object.keys(data).filter((given) => !parameters.some(({ name }) => name === given));
  const names = parameters.map(({ name }) => name);
  return unknown.map(
    (given) => new SpaceError(`${given}: expected one of ${names.join(', ')}, got an unknown name${nearest(given, names)}`),
  );
}

/** Checks a value. If the parameter has levels, returns the exact value of the level. */
function checkValue({ name, scale }: Parameter, value: unknown): unknown {
  if (!scale.accepts(value)) throw fault(name, scale.expects, value);
  return scale.levels ? scale.toValue(scale.toCoordinate(value)) : value;
}
