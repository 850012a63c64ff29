import type { Params } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Space } from '../space/space.ts';
import { type Dimension, valuesOf } from '../space/types/dimension.ts';
import { isRange } from '../space/types/parameterType.ts';
import type { View } from '../strategy/core.ts';
import type { TrialId } from '../strategy/messages.ts';
import { parameterScale } from './figures/drawing/scale.ts';

/** Two parameters, and the trial whose configuration has the values of all others. */
export interface Slice {
  readonly x: string;
  readonly y: string;
  readonly through: { readonly trial: TrialId; readonly params: Params };
}

/** What the model of a strategy predicts over two parameters, in cells, column by column from the lower left. */
export interface Landscape extends Pick<View, 'of' | 'limit'> {
  /** The path of the strategy. */
  readonly by: string;
  readonly x: string;
  readonly y: string;
  readonly through: TrialId;
  readonly across: number;
  readonly up: number;
  readonly means: readonly number[];
  /** Standard deviations; empty if the model has none. */
  readonly sds: readonly number[];
}

/** The digits of a prediction that a picture shows. */
const DIGITS = 4;

/** What a model predicts over two parameters. @param cells along a range; a choice has a cell for each value */
export function landscapeOf(view: View, by: string, space: Space<Params>, { x, y, through }: Slice, cells: number): Landscape {
  const { parameters } = space.toJSON();
  const base = space.encode(space.parse(through.params) as Params);
  const alongOf = (name: string) => {
    const axis = space.axes.findIndex((one) => one.name === name);
    const values = valuesIn(name, parameters[name]!, cells);
    return { axis, coordinates: values.map((value) => space.closest({ ...through.params, [name]: value })?.[axis] ?? 0.5) };
  };
  const [across, up] = [alongOf(x), alongOf(y)];
  const means: number[] = [];
  const sds: number[] = [];
  for (const u of across.coordinates)
    for (const v of up.coordinates) {
      const point = [...base];
      point[across.axis] = u;
      point[up.axis] = v;
      const { mean, sd } = view.at(space.snap(point));
      means.push(Number(mean.toPrecision(DIGITS)));
      if (sd !== undefined) sds.push(Number(sd.toPrecision(DIGITS)));
    }
  const { of, limit } = view;
  const size = { across: across.coordinates.length, up: up.coordinates.length };
  return omitUndefined({ of, limit, by, x, y, through: through.trial, ...size, means, sds });
}

/** The values of a parameter in the middle of each cell. */
function valuesIn(name: string, dimension: Dimension, cells: number): readonly unknown[] {
  const values = valuesOf(dimension);
  if (!isRange(values)) return values;
  const { at } = parameterScale(name, dimension);
  return Array.from({ length: cells }, (_, k) => at((k + 0.5) / cells));
}
