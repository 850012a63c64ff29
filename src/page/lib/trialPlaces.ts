import type { AxisScale } from '../../insight/figures/drawing/scale.ts';
import { type FigureRow, parameterColumns } from '../../insight/figures/figureStudy.ts';

/** The places of trials on the axes of parameters, and of which trials. */
export interface TrialPlaces {
  readonly scales: readonly AxisScale[];
  readonly rows: readonly FigureRow[];
  readonly columns: readonly Float32Array[];
}

/** The places of trials that extend those of earlier ones: the parameters of a trial never change, and most often the new ones are the last. */
export function extendedPlaces(before: TrialPlaces | undefined, rows: readonly FigureRow[], scales: readonly AxisScale[]): TrialPlaces {
  const known = before?.scales === scales && rows[before.rows.length - 1]?.trial === before.rows.at(-1)?.trial ? before : undefined;
  if (known === undefined) return { scales, rows, columns: parameterColumns(rows, scales) };
  const added = parameterColumns(rows.slice(known.rows.length), scales);
  const columns = known.columns.map((column, axis) => {
    const longer = new Float32Array(rows.length);
    longer.set(column);
    longer.set(added[axis]!, column.length);
    return longer;
  });
  return { scales, rows, columns };
}
