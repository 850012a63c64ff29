import { SpaceError } from '../errors.ts';
import { index, type Rng } from '../numeric/random.ts';
import { type Domain, draw, type Point } from './axis.ts';
import type { Codec, Configuration } from './codec.ts';
import type { Parameter } from './parameter.ts';
import { parsePart } from './parse.ts';

const DRAWS = 10_000;

/** The given values, and the levels that parents must have so that these parameters exist. */
interface Demands {
  readonly given: ReadonlyMap<Parameter, unknown>;
  readonly allowed: ReadonlyMap<Parameter, readonly number[]>;
}

/** A feasible configuration with the given values; the other values are drawn from the priors. */
export function complete(parameters: readonly Parameter[], domain: Domain, codec: Codec, partial: unknown, rng: Rng): Configuration {
  const demands = demandsOf(parameters, parsePart(parameters, partial));
  for (let i = 0; i < DRAWS; i++) {
    const params = codec.decode(meet(demands, draw(domain.axes, rng), rng));
    const point = codec.encode(params);
    if (domain.feasible(point)) return codec.decode(point);
  }
  throw new SpaceError(`no configuration with ${JSON.stringify(partial)} satisfies the constraints in 10 000 draws`);
}

function demandsOf(parameters: readonly Parameter[], values: Configuration): Demands {
  const given = new Map<Parameter, unknown>();
  for (const parameter of parameters) if (Object.hasOwn(values, parameter.name)) given.set(parameter, values[parameter.name]);
  const allowed = new Map<Parameter, readonly number[]>();
  for (const parameter of parameters.toReversed()) {
    const parent = parameter.when?.parameter;
    if (!parent || given.has(parent) || !(given.has(parameter) || allowed.has(parameter))) continue;
    const levels = (allowed.get(parent) ?? parameter.when.levels).filter((level) => parameter.when!.levels.includes(level));
    if (levels.length === 0)
      throw new SpaceError(
        `${parent.name}: it has no value with which all of ${[...given.keys()].map(({ name }) => name).join(', ')} exist`,
      );
    allowed.set(parent, levels);
  }
  return { given, allowed };
}

/** Replaces drawn coordinates by the demanded ones. */
function meet({ given, allowed }: Demands, drawn: Point, rng: Rng): Point {
  const point = [...drawn];
  for (const [{ axis, scale, prior }, levels] of allowed) {
    const { at, of } = scale.levels!;
    if (levels.includes(of(point[axis]!))) continue;
    const weights = levels.map((level) => (prior ? Math.exp(prior.logDensity(at(level))) : 1));
    point[axis] = at(levels[pick(weights, rng)]!);
  }
  for (const [{ axis, scale }, value] of given) if (axis >= 0) point[axis] = scale.toCoordinate(value);
  return point;
}

/** An index, drawn in proportion to the weights; uniformly if all are 0. */
function pick(weights: readonly number[], rng: Rng): number {
  let left = rng() * weights.reduce((a, b) => a + b);
  const k = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return k < 0 ? index(rng, weights.length) : k;
}
