import { SpaceError } from '../errors.ts';
import { type Rng, rngFor } from '../numeric/random.ts';
import { isRecord } from '../schema/json.ts';
import { nearest } from '../schema/nearest.ts';
import { ownValue } from '../schema/ownValue.ts';
import { type Domain, draw, type Point } from './axis.ts';
import { cells, countCells } from './cells.ts';
import { fault } from './check.ts';
import { type Codec, type Configuration, codecOf } from './codec.ts';
import { complete } from './complete.ts';
import { type Constraint, compileConstraint } from './constraint.ts';
import { axisOf, type Parameter, parametersOf } from './parameter.ts';
import { parse } from './parse.ts';
import type { Scale } from './scale.ts';
import { checkConstraints, checkDimensions, type SpaceData } from './schema.ts';
import { fields, type Shape } from './shape.ts';
import { withoutNamedBounds } from './types/bounds.ts';
import { type Dimensions, isNumeric, type WithKnownParents } from './types/dimension.ts';
import type { ParamsOf } from './types/paramsOf.ts';

/** A set of configurations, and their encoding in the unit cube. `P`: a configuration as trainers receive it. */
export interface Space<P> extends Domain {
  /**
   * The point of a configuration, as `snap` returns it. Values of parameters that do not exist are ignored.
   *
   * @throws SpaceError if a value has no place on its axis; data from outside must pass `parse` first
   */
  encode(params: P): Point;
  /** The configuration at a point, without parameters that do not exist there. decode(encode(p)) is p, with floats rounded as described at `float`. */
  decode(point: Point): P;
  /**
   * Checks a configuration from outside. Parameters that do not exist in it are dropped; constraints are not checked.
   *
   * @throws SpaceError that names the parameter, what was expected and what was given
   */
  parse(data: unknown): P;
  /**
   * A feasible configuration with the given values. The others are drawn from the priors, parents so that the given parameters exist.
   *
   * @throws SpaceError if a given value is wrong, or if 10 000 draws find no feasible configuration
   */
  complete(partial: unknown, rng: Rng): P;
  /**
   * The point that is closest to a configuration of another space: numbers are clamped to their range, and a parameter that the configuration lacks is in
   * the middle of its prior. Undefined if a parameter does not have the value.
   */
  closest(params: Configuration): Point | undefined;
  /** d value / d coordinate for each axis, to convert gradients; 0 for axes that are not floats or do not exist at the point. */
  slopes(point: Point): number[];
  /** The number of configurations, including those that constraints exclude; Infinity if a parameter is continuous. */
  readonly size: number;
  /** The space as data, as in a study file. `parseSpace` reads it. */
  toJSON(): SpaceData;
}

/** The configurations of a space: `type Net = Infer<typeof net>`. */
export type Infer<S> = S extends Space<infer P> ? P : never;

/**
 * A space of configurations.
 *
 * @param parameters by name; parents precede the parameters that depend on them
 * @throws SpaceError if the definition is wrong, or if no point is found that satisfies the constraints: finite spaces of up to 100 000
 * configurations are searched completely, others by 10 000 draws
 * @example
 * const net = space({
 *   lr: float(1e-5, 1e-1, { log: true }),
 *   opt: choice(['adam', 'sgd']),
 *   momentum: when('opt', 'sgd', float(0, 1)),
 * });
 */
export const space = <const D extends Dimensions>(
  parameters: D & WithKnownParents<D>,
  options: { readonly constraints?: readonly Constraint<ParamsOf<D>>[] | undefined } = {},
): Space<ParamsOf<D>> => build<ParamsOf<D>>(parameters, (options.constraints ?? []) as readonly Constraint[]);

/**
 * A space from data, as in a study file in YAML or JSON.
 *
 * @param predicates the code of the predicates that the data names
 * @throws SpaceError that names the path in the data, what was expected and what was given
 * @example parseSpace({ parameters: { lr: { type: 'float', low: 1e-5, high: 0.1, log: true } } })
 */
export function parseSpace(
  data: unknown,
  predicates: Readonly<Record<string, (params: Configuration) => boolean>> = {},
): Space<Configuration> {
  const { parameters, constraints = [] } = fields({ parameters: anything }, { constraints: anything }).read('space', data);
  if (!Array.isArray(constraints)) throw fault('constraints', 'a list of constraints', constraints);
  const bounded = withoutNamedBounds(parameters);
  const own = constraints.map((constraint: unknown, i) => withCode(`constraints[${i}]`, constraint, predicates));
  return build(bounded.parameters, [...own, ...bounded.constraints]);
}

/** Data that is checked later. */
const anything: Shape = { schema: {}, read: (_, data) => data };

function withCode(path: string, constraint: unknown, predicates: Readonly<Record<string, (params: Configuration) => boolean>>): unknown {
  if (!isRecord(constraint) || typeof constraint.predicate !== 'string') return constraint;
  const name = constraint.predicate;
  if (Object.hasOwn(predicates, name)) return { ...constraint, holds: predicates[name] };
  throw fault(`${path}.predicate`, 'a predicate whose code was passed to parseSpace', name, nearest(name, Object.keys(predicates)));
}

function build<P extends Configuration>(definition: unknown, constraints: readonly unknown[]): Space<P> {
  checkDimensions('parameters', definition);
  const parameters = parametersOf(definition);
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  checkConstraints(
    'constraints',
    constraints,
    [...byName.keys()],
    (name) => isNumeric(definition[name]!),
    (name) => ({
      schema: {},
      read(path, value) {
        const { accepts, expects } = byName.get(name)!.scale;
        if (!accepts(value)) throw fault(path, expects, value);
        return value;
      },
    }),
  );
  const data = JSON.parse(JSON.stringify(constraints.length > 0 ? { parameters: definition, constraints } : { parameters: definition }));
  const axes = parameters.filter(({ axis }) => axis >= 0).map(axisOf);
  const rules = constraints.map(compileConstraint);
  const codec = codecOf(parameters);
  const brokenAt = (point: Point) => {
    const params = codec.decode(point);
    return rules.find((rule) => !rule.holds(params))?.name;
  };
  const domain = { axes, snap: codec.snap, feasible: (point: Point) => rules.length === 0 || brokenAt(point) === undefined };
  if (rules.length > 0) assertPossible(domain, brokenAt);
  return {
    ...domain,
    encode: codec.encode,
    decode: codec.decode as (point: Point) => P,
    slopes: codec.slopes,
    closest: (params) => closest(parameters, codec, params),
    parse: (given) => parse(parameters, given) as P,
    complete: (partial, rng) => complete(parameters, domain, codec, partial, rng) as P,
    size: countCells(axes),
    toJSON: () => structuredClone(data),
  };
}

/** The point that is closest to a configuration of another space, see `Space.closest`. */
function closest(parameters: readonly Parameter[], codec: Codec, params: Configuration): Point | undefined {
  const point: number[] = [];
  for (const { name, scale, axis, prior } of parameters) {
    if (axis < 0) continue;
    const value = ownValue(params, name);
    const coordinate = value === undefined ? (prior?.quantile(0.5) ?? 0.5) : coordinateOf(scale, value);
    if (Number.isNaN(coordinate)) return undefined;
    point.push(coordinate);
  }
  return codec.snap(point);
}

/** The coordinate of the closest number or of an equal value; NaN if there is none. */
function coordinateOf({ kind, toValue, toCoordinate }: Scale, value: unknown): number {
  if (kind !== 'float' && kind !== 'int') return toCoordinate(value);
  if (typeof value !== 'number') return Number.NaN;
  return toCoordinate(Math.min(Math.max(value, toValue(0) as number), toValue(1) as number));
}

const SEARCHED_IN_FULL = 100_000;
const DRAWS = 10_000;

/**
 * Checks that a point satisfies the constraints.
 *
 * @param broken returns the name of a constraint that a point breaks, if any
 * @throws SpaceError if no such point is found
 */
function assertPossible(domain: Domain, broken: (point: Point) => string | undefined): void {
  const finite = countCells(domain.axes) <= SEARCHED_IN_FULL;
  const { count, at } = finite ? cells(domain) : draws(domain);
  let failed: string | undefined;
  for (let i = 0; i < count; i++) {
    failed = broken(at(i));
    if (failed === undefined) return;
  }
  const tried = finite ? `(all ${count} were tried)` : 'in 10 000 draws';
  throw new SpaceError(`no point satisfies the constraints ${tried}; the last failed: ${failed}`);
}

function draws({ axes, snap }: Domain): { count: number; at(i: number): Point } {
  const rng = rngFor('possible', '', 0);
  return { count: DRAWS, at: () => snap(draw(axes, rng)) };
}
