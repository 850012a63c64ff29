import type { Forecast } from '../../../importance/importances.ts';
import type { Theme } from '../colours.ts';
import type { ChartOption, DrawApi } from '../option.ts';
import { type AxisScale, clamped, coordinateOf } from '../scale.ts';

/** A band of one standard deviation around the mean that is predicted along an axis; for categories, a dash with a bar. */
export function predicted(all: readonly Forecast[], x: AxisScale, y: AxisScale, theme: Theme): readonly ChartOption[] {
  if (all.length === 0) return [];
  const at = ({ value, mean, sd }: Forecast, sigmas: number, api: DrawApi) =>
    api.coord([coordinateOf(x, value), clamped(y, mean + sigmas * sd)]);
  const children = (api: DrawApi): object[] => {
    if (x.labels === undefined) {
      const band = [...all.map((one) => at(one, 1, api)), ...all.toReversed().map((one) => at(one, -1, api))];
      return [{ type: 'polygon', shape: { points: band }, style: { fill: theme.colour('running'), opacity: 0.14 } }];
    }
    return all.flatMap((one) => {
      const [[left, middle], [, top], [, bottom]] = [0, 1, -1].map((sigmas) => at(one, sigmas, api)) as [number[], number[], number[]];
      const line = (x1: number, y1: number, x2: number, y2: number, width: number, opacity: number) => ({
        type: 'line',
        shape: { x1, y1, x2, y2 },
        style: { stroke: theme.colour('running'), lineWidth: width, opacity },
      });
      return [line(left!, top!, left!, bottom!, 10, 0.18), line(left! - 12, middle!, left! + 12, middle!, 2, 1)];
    });
  };
  const renderItem = (_: unknown, api: DrawApi) => ({ type: 'group', children: children(api) });
  return [{ type: 'custom', id: 'predicted', silent: true, clip: true, z: 1, data: [[0, 0]], renderItem }];
}
