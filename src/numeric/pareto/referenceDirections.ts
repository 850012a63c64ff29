/**
 * Directions that divide the simplex evenly: all vectors whose coordinates are multiples of 1 / `divisions` and sum to 1 (Das & Dennis, "Normal-boundary
 * intersection", 1998).
 */
export function referenceDirections(objectives: number, divisions: number): number[][] {
  const shares = (left: number, axes: number): number[][] =>
    axes === 1 ? [[left]] : Array.from({ length: left + 1 }, (_, k) => shares(left - k, axes - 1).map((rest) => [k, ...rest])).flat();
  return shares(divisions, objectives).map((counts) => counts.map((count) => count / divisions));
}

/** The finest divisions of the simplex that have at most so many directions; at least 1. */
export function divisionsFor(objectives: number, directions: number): number {
  let divisions = 1;
  // Choose(divisions + objectives - 1, objectives - 1) directions; one objective has a single one, however it is divided.
  for (let count = objectives; objectives > 1; divisions++) {
    count = (count * (divisions + objectives)) / (divisions + 1);
    if (count > directions) break;
  }
  return divisions;
}
