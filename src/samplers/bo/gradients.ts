import type { Derivatives } from '../../numeric/gp/derivatives.ts';
import type { Outputs } from '../../numeric/outcomeTransform.ts';
import type { Features } from './features.ts';
import type { Observed } from './observedGradient.ts';

/** Each derivative costs as much as a value: more than this are left out. */
const MOST = 200;

/** The derivatives that were told, of the best values first: where the minimum is looked for, slopes say most. */
export function derivativesOf(features: Features, observed: readonly Observed[], outputs: Outputs): Derivatives | undefined {
  const best = observed.map((_, i) => i).filter((i) => observed[i]!.gradient);
  best.sort((a, b) => observed[a]!.value - observed[b]!.value);
  const at: number[] = [];
  const columns: number[] = [];
  const targets: number[] = [];
  for (const i of best) {
    const { point, gradient } = observed[i]!;
    const continuous = features.continuous(point);
    if (at.length + continuous.length > MOST) break;
    for (const c of continuous) {
      at.push(i);
      columns.push(c);
      targets.push(gradient![features.axes[c]!]! * outputs.slope(i));
    }
  }
  if (at.length === 0 || !targets.every(Number.isFinite)) return undefined;
  return { at: Int32Array.from(at), columns: Int32Array.from(columns), targets: Float64Array.from(targets) };
}
