/** The share of the results that are at least as good as each of them, from the best on. @param sign 1 if low values are good, else -1 */
export function distribution(results: readonly number[], sign: number): { readonly value: number; readonly share: number }[] {
  const sorted = results.toSorted((a, b) => sign * (a - b));
  const steps: { readonly value: number; readonly share: number }[] = [];
  for (const [i, value] of sorted.entries()) {
    if (value !== sorted[i + 1]) steps.push({ value, share: (i + 1) / sorted.length });
  }
  return steps;
}
