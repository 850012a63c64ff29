import { formatNumber } from '../../../insight/figures/drawing/format.ts';
import type { Headline } from '../../../server/feed/wire.ts';

const WIDTH = 90;
const HEIGHT = 22;
/** Room for the width of the line. */
const EDGE = 2;

/** How the best value changed, by trial. */
export function Sparkline({ of: { trend, trials } }: { readonly of: Headline }) {
  const [first] = trend;
  if (first === undefined) return <span class="sparkline" />;
  const values = trend.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (trial: number) => (WIDTH * trial) / Math.max(1, trials);
  const y = (value: number) => (high > low ? HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low) : HEIGHT / 2);
  const path = trend.map(([trial, value], i) => (i === 0 ? `M${x(trial)} ${y(value)}` : `H${x(trial)}V${y(value)}`)).join('');
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`best value from ${formatNumber(first[1])} to ${formatNumber(values.at(-1))}`}
    >
      <path d={`${path}H${WIDTH}`} fill="none" stroke="var(--completed)" stroke-width="1.6" />
    </svg>
  );
}
