import type { Derivatives } from '../../numeric/gp/derivatives.ts';
import type { OutcomeTransform } from '../../numeric/outcomeTransform.ts';
import type { Features } from './features.ts';
import type { Observation } from './observation.ts';

/** Each derivative costs as much as a value, so not more are used than this. */
const MAX_DERIVATIVES = 200;

/** The observed derivatives, of the lowest values first: slopes matter most where the minimum is sought. */
export function observedDerivatives(
  features: Features,
  observed: readonly Observation[],
  transform: OutcomeTransform,
): Derivatives | undefined {
  const best = observed.map((_, i) => i).filter((i) => observed[i]!.gradient);
  best.sort((a, b) => observed[a]!.value - observed[b]!.value);
  const at: number[] = [];
  const columns: number[] = [];
  const targets: number[] = [];
  for (const i of best) {
    const { point, gradient } = observed[i]!;
    const continuous = features.continuous(point);
    if (at.length + continuous.length > MAX_DERIVATIVES) break;
    for (const c of continuous) {
      at.push(i);
      columns.push(c);
      targets.push(gradient![features.axes[c]!]! * transform.slope(i));
    }
  }
  if (at.length === 0 || !targets.every(Number.isFinite)) return undefined;
  return { at: Int32Array.from(at), columns: Int32Array.from(columns), targets: Float64Array.from(targets) };
}
