import { SpaceError } from '../errors.ts';
import type { Distribution } from '../numeric/distribution.ts';
import type { Axis } from './axis.ts';
import { fault, nearest } from './check.ts';
import { choiceScale, constantScale } from './choice.ts';
import type { Conditional, Dimension, Dimensions, Value } from './dimension.ts';
import { floatScale } from './float.ts';
import { intScale } from './int.ts';
import { priorOnAxis } from './priorOnAxis.ts';
import type { Scale } from './scale.ts';
import { parentOf } from './schema.ts';

/** A dimension made ready. */
export interface Parameter {
  readonly name: string;
  readonly scale: Scale;
  /** Its place in a point; -1 for a constant, which has none. */
  readonly axis: number;
  readonly prior: Distribution | undefined;
  readonly when: Parent | undefined;
}
interface Parent {
  readonly parameter: Parameter;
  /** Its values, as such and as levels, under which the child exists. */
  readonly values: readonly Value[];
  readonly levels: readonly number[];
}

function scaleOf(path: string, dimension: Dimension): Scale {
  switch (dimension.type) {
    case 'float':
      return floatScale(path, dimension);
    case 'int':
      return intScale(path, dimension);
    case 'boolean':
      return choiceScale(path, 'boolean', [false, true]);
    case 'constant':
      return constantScale(dimension);
    default:
      return choiceScale(path, dimension.type, dimension.values);
  }
}

/** Makes dimensions ready, in their order. */
export function parametersOf(dimensions: Dimensions): readonly Parameter[] {
  const earlier = new Map<string, Parameter>();
  let axes = 0;
  for (const [name, dimension] of Object.entries(dimensions)) {
    const path = `parameters.${name}`;
    const scale = scaleOf(path, dimension);
    const when = 'when' in dimension ? conditionOf(`${path}.when`, dimension, earlier, Object.keys(dimensions)) : undefined;
    const axis = scale.kind === 'constant' ? -1 : axes++;
    earlier.set(name, { name, scale, axis, prior: priorOnAxis(path, dimension, scale.levels), when });
  }
  return [...earlier.values()];
}

function conditionOf(path: string, { when }: Conditional, earlier: ReadonlyMap<string, Parameter>, names: readonly string[]): Parent {
  const [name, values] = parentOf(when);
  const parameter = earlier.get(name);
  if (!parameter) {
    if (names.includes(name)) throw new SpaceError(`${path}: expected a parameter that stands earlier, got ${name}, which stands later`);
    throw fault(path, 'an earlier parameter', name, nearest(name, earlier.keys()));
  }
  const { levels, accepts, expects, toCoordinate } = parameter.scale;
  if (!levels) throw new SpaceError(`${path}: expected a parent with several, but finitely many values, got ${name}, which is not such`);
  for (const value of values) if (!accepts(value)) throw fault(`${path}.${name}`, expects, value);
  return { parameter, values, levels: values.map((value) => levels.of(toCoordinate(value))) };
}

export function axisOf({ name, scale, prior, when }: Parameter): Axis {
  const { kind, levels } = scale;
  if (kind === 'constant') throw new SpaceError(`${name}: a constant has no axis`);
  return {
    name,
    kind,
    ordered: kind !== 'choice' && kind !== 'boolean',
    ...(levels && { levels }),
    ...(when && { when: { axis: when.parameter.axis, levels: when.levels } }),
    ...(prior && { prior }),
  };
}
