import { checkAll, SpaceError } from '../errors.ts';
import type { Distribution } from '../numeric/distributions/distribution.ts';
import { nearest } from '../schema/nearest.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Axis } from './axis.ts';
import { fault } from './check.ts';
import { priorOnAxis } from './priorOnAxis.ts';
import type { Scale } from './scale.ts';
import { parentOf } from './schema.ts';
import { type Conditional, type Dimension, type Dimensions, typeOf, valuesOf } from './types/dimension.ts';
import type { Value } from './value.ts';

/** A parameter with everything that is computed from its data. */
export interface Parameter {
  readonly name: string;
  readonly scale: Scale;
  /** Its index in a point; -1 for a constant, which has no axis. */
  readonly axis: number;
  readonly prior: Distribution | undefined;
  readonly when: Parent | undefined;
}
interface Parent {
  /** How many conditions are nested here. */
  readonly depth: number;
  readonly parameter: Parameter;
  /** The values of its scale, and their levels, with which the child exists. */
  readonly values: readonly Value[];
  readonly levels: readonly number[];
}

/** Conditions that may be nested. Grids and encodings recurse over them. */
const MOST_LEVELS = 1000;

/** The parameters of dimensions, in the same order. */
export function parametersOf(dimensions: Dimensions): readonly Parameter[] {
  const measured = new Map<string, Pick<Parameter, 'scale' | 'prior'>>();
  checkAll(
    Object.entries(dimensions).map(
      ([name, dimension]) =>
        () =>
          measured.set(name, measure(`parameters.${name}`, dimension)),
    ),
  );
  const earlier = new Map<string, Parameter>();
  let axes = 0;
  for (const [name, { scale, prior }] of measured) {
    const dimension = dimensions[name]!;
    const when = 'when' in dimension ? conditionOf(`parameters.${name}.when`, dimension, earlier, Object.keys(dimensions)) : undefined;
    const axis = scale.kind === undefined ? -1 : axes++;
    earlier.set(name, { name, scale, axis, prior, when });
  }
  return [...earlier.values()];
}

function measure(path: string, dimension: Dimension): Pick<Parameter, 'scale' | 'prior'> {
  const scale = typeOf(dimension).scale(path, dimension);
  const data = 'prior' in dimension ? dimension.prior : undefined;
  return { scale, prior: data && priorOnAxis(`${path}.prior`, data, valuesOf(dimension), scale) };
}

function conditionOf(path: string, { when }: Conditional, earlier: ReadonlyMap<string, Parameter>, names: readonly string[]): Parent {
  const [name, values] = parentOf(when);
  const parameter = earlier.get(name);
  if (!parameter) {
    if (names.includes(name)) throw new SpaceError(`${path}: expected an earlier parameter; ${name} comes later`);
    throw fault(path, 'an earlier parameter', name, nearest(name, earlier.keys()));
  }
  const { levels, accepts, expects, toCoordinate, toValue } = parameter.scale;
  if (!levels)
    throw new SpaceError(
      `${path}: expected a parent with finitely many values, at least two; ${name} ${parameter.axis < 0 ? 'is a constant' : 'is continuous'}`,
    );
  for (const value of values) if (!accepts(value)) throw fault(`${path}.${name}`, expects, value);
  const depth = (parameter.when?.depth ?? 0) + 1;
  if (depth > MOST_LEVELS) throw new SpaceError(`${path}: expected at most ${MOST_LEVELS} conditions nested in each other`);
  const of = values.map((value) => levels.of(toCoordinate(value)));
  return { depth, parameter, values: of.map((level) => toValue(levels.at(level))), levels: of };
}

export function axisOf({ name, scale, prior, when }: Parameter): Axis {
  const { kind, ordered, levels, features } = scale;
  if (kind === undefined) throw new SpaceError(`${name}: a constant has no axis`);
  return omitUndefined({ name, kind, ordered, levels, features, prior, when: when && { axis: when.parameter.axis, levels: when.levels } });
}
