import { spaceOf } from '../../../../streams/engine/applyEntries.ts';
import { tooFewResults } from '../../../insight/importance/axisImportances.ts';
import type { Importances } from '../../../insight/importance/importances.ts';
import { byShare, type Costs, costText, whichMatters } from '../../../insight/importance/whatMatters.ts';
import { importancesOf, recommendedOf } from '../../../server/feed/byResults.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import { inform, print, suggestAfterData } from '../../../text/output.ts';
import { onStudy } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { json, value } from '../../parts.ts';
import { textTable } from '../../terminal/table.ts';

export const command = onStudy({
  description: 'Print how much each parameter matters.',
  options: { objective: value('name', 'for this objective (default: the first one)'), json },
  help: `fANOVA measures the share of each parameter in the variation of all results.
PED-ANOVA measures how much each parameter distinguishes the best tenth of the
results. Each share is followed by its 90 % interval.`,
  run: async (study, { json, objective }) => {
    const feed = await readFeed(study);
    const [found, costs] = await Promise.all([importancesOf(feed, objective), recommendedOf(feed)]);
    if (found === undefined) {
      inform(tooFewResults(spaceOf(study.created).axes));
      if (json) print('null');
      return exitStatus.noResult;
    }
    const { marginals: _, ...shares } = found;
    if (json) print(JSON.stringify(shares));
    else {
      const names = study.created.objectives.map(({ name }) => name);
      const of = objective ?? names[0];
      const others = names.filter((name) => name !== of);
      if (others.length > 0) inform(`importance for ${of}; for another objective: --objective ${others.join(', ')}`);
      print(tableOf(shares, costs));
      const verdict = whichMatters(shares);
      if (verdict !== undefined) inform(verdict);
      inform('in brackets: a 90 % interval of the share, by bootstrap samples of the results');
      inform('fANOVA: how much of the variation of all results a parameter explains; it tells which parameters are worth a search');
      inform('PED-ANOVA: how much a parameter distinguishes the best tenth of the results; it tells which parameters to tune further');
      if (costs) inform(COSTS);
      suggestAfterData('study plot', study, 'slice');
    }
    return 0;
  },
});

type Shares = Pick<Importances, 'fanova' | 'pedAnova' | 'intervals'>;

const COSTS =
  'a choice: by how much the worst value that was tried is worse than that of the configuration to deploy, with all others as there';

function tableOf(shares: Shares, costs: Costs | undefined): string {
  const { fanova, pedAnova, intervals } = shares;
  const percent = (share: number, [low, high]: readonly [number, number]) =>
    `${(100 * share).toFixed(1)} % (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`;
  const rows = byShare(fanova).map((name) => [
    name,
    percent(fanova[name]!, intervals.fanova[name]!),
    percent(pedAnova[name]!, intervals.pedAnova[name]!),
    ...(costs ? [costText(name, shares, costs) ?? ''] : []),
  ]);
  return textTable(['parameter', 'fANOVA', 'PED-ANOVA', ...(costs ? ['a choice'] : [])], rows, [1, 2]);
}
