import { formatNumber } from '../../insight/figures/drawing/format.ts';
import { ownValue } from '../../schema/ownValue.ts';
import type { Compared } from './wire.ts';

/** Limits as a list, such as `trials 40, seconds 3600`. */
const limitsText = (limits: Compared['detail']['limits']): string | undefined =>
  Object.entries(limits ?? {})
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ') || undefined;

/** The differences between studies, as the rows of a table: a name, and a cell for each study. */
export function differenceRows(all: readonly Compared[]): (readonly [name: string, cells: readonly string[]])[] {
  const named = all.map(({ best }) => Object.keys(best?.params ?? {}));
  const params = [...new Set(named.flat())].filter((name) => named.filter((names) => names.includes(name)).length > 1);
  const lines: readonly (readonly [string, (one: Compared) => unknown])[] = [
    ['best value', ({ detail }) => detail.best?.value],
    ...params.map((name) => [`best ${name}`, ({ best }: Compared) => ownValue(best?.params, name)] as const),
    ['objective', ({ detail: { objective } }) => `${objective.direction} ${objective.name}`],
    ['ended', ({ detail }) => detail.ended],
    ['completed', ({ detail }) => detail.completed],
    ['stopped', ({ detail }) => detail.stopped],
    ['failed', ({ detail }) => detail.failed],
    ['cost', ({ detail }) => detail.cost],
    ['strategy', ({ detail }) => detail.strategy],
    ['parallel', ({ detail }) => detail.parallel],
    ['seed', ({ detail }) => detail.seed],
    ['limits', ({ detail }) => limitsText(detail.limits)],
    ['space', ({ detail }) => Object.keys(detail.space.parameters).join(', ')],
  ];
  return lines
    .map(([name, of]) => [name, all.map((one) => (of(one) === undefined ? '–' : formatNumber(of(one))))] as const)
    .filter(([, cells]) => new Set(cells).size > 1);
}
