import { sentence } from '../../insight/figures/drawing/format.ts';
import { plans, whyNone } from '../../insight/figures/figures.ts';
import type { FigureKind } from '../../insight/figures/kinds.ts';
import { figures } from '../state/shownStudy.ts';
import { ChartCard } from './ChartCard.tsx';

/** The figures of a kind as cards, or why there are none. */
export function Figures({ kind }: { readonly kind: FigureKind }) {
  const made = plans[kind](figures, []);
  if (made.length === 0) return <p class="nothing">{sentence(whyNone(kind)[0])}</p>;
  return made.map((plan) => <ChartCard key={plan.title} plan={plan} />);
}
