/** A smooth increasing map of [0, 1] onto a range of numbers. */
export interface Transform {
  readonly kind: 'linear' | 'log' | 'logit';
  value(coordinate: number): number;
  coordinate(value: number): number;
  /** d value / d coordinate. */
  slope(coordinate: number): number;
}

export const linearTransform = (low: number, high: number): Transform => ({
  kind: 'linear',
  value: (u) => low + u * (high - low),
  coordinate: (x) => (x - low) / (high - low),
  slope: () => high - low,
});

/** @param low above 0 */
export function logTransform(low: number, high: number): Transform {
  const start = Math.log(low);
  const width = Math.log(high) - start;
  const value = (u: number) => Math.exp(start + u * width);
  return { kind: 'log', value, coordinate: (x) => (Math.log(x) - start) / width, slope: (u) => value(u) * width };
}

const logit = (x: number): number => Math.log(x) - Math.log1p(-x);

/** @param low above 0; @param high below 1 */
export function logitTransform(low: number, high: number): Transform {
  const start = logit(low);
  const width = logit(high) - start;
  const value = (u: number) => 1 / (1 + Math.exp(-(start + u * width)));
  return {
    kind: 'logit',
    value,
    coordinate: (x) => (logit(x) - start) / width,
    slope: (u) => value(u) * (1 - value(u)) * width,
  };
}
