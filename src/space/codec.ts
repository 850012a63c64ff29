import { SpaceError } from '../errors.ts';
import type { Point } from './axis.ts';
import { fault } from './check.ts';
import type { Parameter } from './parameter.ts';
import { clampToUnit, snapOn } from './scale.ts';

export type Configuration = Readonly<Record<string, unknown>>;

/** The coordinate of an axis that does not exist at a point. */
const ABSENT = 0.5;

/** Translates between configurations and points. */
export interface Codec {
  encode(params: Configuration): Point;
  decode(point: Point): Configuration;
  snap(point: Point): Point;
  slopes(point: Point): number[];
}

/** Each function passes over the parameters once: parents precede their children, so a child's existence is known when it is reached. */
export function codecOf(parameters: readonly Parameter[]): Codec {
  const axes = parameters.filter(({ axis }) => axis >= 0);

  const exists = ({ when }: Parameter, on: readonly boolean[], point: Point): boolean =>
    !when || (on[when.parameter.axis]! && when.levels.includes(when.parameter.scale.levels!.of(point[when.parameter.axis]!)));

  function mapAxes(point: Point, act: (parameter: Parameter, coordinate: number) => number, absent: number): number[] {
    if (point.length !== axes.length) throw new SpaceError(`expected a point of ${axes.length} coordinates, got ${point.length}`);
    const on: boolean[] = [];
    const result: number[] = [];
    for (const parameter of axes) {
      const coordinate = clampToUnit(point[parameter.axis], parameter.name);
      const here = exists(parameter, on, point);
      on.push(here);
      result.push(here ? act(parameter, coordinate) : absent);
    }
    return result;
  }

  return {
    snap: (point) => mapAxes(point, ({ scale }, coordinate) => snapOn(scale, coordinate), ABSENT),
    slopes: (point) => mapAxes(point, ({ scale }, coordinate) => scale.slope(coordinate), 0),
    decode(point) {
      if (point.length !== axes.length) throw new SpaceError(`expected a point of ${axes.length} coordinates, got ${point.length}`);
      const params: Record<string, unknown> = {};
      for (const { name, scale, axis, when } of parameters) {
        // An absent parent has no value, so its children are absent too.
        if (when && !when.values.includes(params[when.parameter.name] as never)) continue;
        params[name] = scale.toValue(axis < 0 ? ABSENT : clampToUnit(point[axis], name));
      }
      return params;
    },
    encode(params) {
      const on: boolean[] = [];
      const point: number[] = [];
      for (const parameter of axes) {
        const here = exists(parameter, on, point);
        on.push(here);
        const coordinate = here ? parameter.scale.toCoordinate(params[parameter.name]) : ABSENT;
        if (!(coordinate >= 0 && coordinate <= 1)) throw fault(parameter.name, parameter.scale.expects, params[parameter.name]);
        point.push(coordinate);
      }
      return point;
    },
  };
}
