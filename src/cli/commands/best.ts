import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import type { ObjectiveSpec } from '../../facts/facts.ts';
import { atEdges, edgeText } from '../../insight/edges.ts';
import { recommendation } from '../../insight/recommendation/recommendation.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { CommandStudy } from '../../stores/locate.ts';
import { trialsDirectory } from '../../stores/trialFiles.ts';
import { frontIn, type ListedTrial, trialsIn } from '../../stores/trialTable.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { inform, print, suggestAfterData } from '../../text/output.ts';
import { shown } from '../../text/shown.ts';
import { UsageError } from '../../text/usage.ts';
import { onStudy } from '../command.ts';
import { flag, json, value, wholeNumber } from '../parts.ts';
import { card } from '../terminal/card.ts';
import { table } from '../terminal/table.ts';

export const command = onStudy({
  description: 'Print the best trial or, with several objectives, the Pareto front and its hypervolume.',
  options: {
    number: value('n', 'trials to print (default: 1, or the whole front)', { kind: wholeNumber, short: 'n' }),
    recommended: flag('print the trial to deploy: if results are noisy, the best one is partly luck'),
    json,
  },
  run: async (study, { json, recommended, number }) => {
    const { objectives } = study.created;
    if (recommended && number !== undefined) throw new UsageError('--recommended: leave out -n');
    if (objectives.length > 1) {
      if (recommended) throw new UsageError('--recommended needs a study with one objective: with several, choose from the front');
      return bestOfSeveral(study, json, number);
    }
    const count = number ?? 1;
    const all = await trialsIn(study);
    if (recommended) return printRecommended(study, all, json);
    const ranked = bestFirst(all, objectives[0]!);
    const rows = ranked.slice(0, count);
    if (json) print(JSON.stringify(count === 1 ? (rows[0] ?? null) : rows));
    else print(rows.length === 0 ? withoutBest(all) : count === 1 ? cardOf(study, rows[0]!, ranked, all) : table(rows));
    if (!json && count === 1) informOfEdges(study, ranked, all);
    if (!json && count === 1) informOfRepeats(study, ranked, all);
    if (!json && rows[0]) suggestAfterData('why', study, rows[0].trial);
    return rows.length > 0 ? 0 : 1;
  },
});

const cardOf = ({ created, stem }: CommandStudy, row: ListedTrial, ranked: readonly ListedTrial[], rows: readonly ListedTrial[]): string =>
  card({ row, objective: created.objectives[0]!, ranked, rows, directory: trialsDirectory(stem) });

/** The trial to deploy. */
function printRecommended(study: CommandStudy, all: readonly ListedTrial[], json: boolean | undefined): number {
  const { created } = study;
  const [objective] = created.objectives as [ObjectiveSpec];
  const found = recommendation(spaceOf(created), objective, all);
  if (json) print(JSON.stringify(found ? { ...found.row, ...omitUndefined({ expected: found.expected, gain: found.gain }) } : null));
  else print(found ? cardOf(study, found.row, bestFirst(all, objective), all) : withoutBest(all));
  return found ? 0 : 1;
}

/** Whether another trial is the one to deploy, if configurations that ran several times show how noisy results are. */
function informOfRepeats({ created, quoted }: CommandStudy, ranked: readonly ListedTrial[], all: readonly ListedTrial[]): void {
  const configurations = new Set(ranked.map(({ params }) => JSON.stringify(params)));
  if (configurations.size === ranked.length) return;
  const found = recommendation(spaceOf(created), created.objectives[0]!, all);
  if (found === undefined || JSON.stringify(found.row.params) === JSON.stringify(ranked[0]!.params)) return;
  const command = quoted === undefined ? '--recommended' : `"hypertide best${quoted} --recommended"`;
  inform(`some configurations ran several times: by all results, trial ${found.row.trial} is the one to deploy (${command})`);
}

/** Whether a range may be too narrow. */
function informOfEdges({ created }: CommandStudy, ranked: readonly ListedTrial[], all: readonly ListedTrial[]): void {
  const results = all.filter(({ status }) => status === 'completed' || status === 'stopped').length;
  for (const edge of atEdges((created.space as SpaceData).parameters, ranked, results)) inform(edgeText(edge));
}

const withoutBest = (rows: readonly ListedTrial[]): string =>
  rows.some(({ status }) => status === 'completed') ? 'every completed trial violates a constraint' : 'no trial is completed yet';

/** With several objectives, the best trials are the front. */
async function bestOfSeveral(study: CommandStudy, json: boolean | undefined, number: number | undefined): Promise<number> {
  const front = await frontIn(study);
  if (json) print(JSON.stringify(front ? { ...front, rows: front.rows.slice(0, number) } : null));
  else if (front === undefined) print(withoutBest(await trialsIn(study)));
  else {
    print(table(front.rows.slice(0, number)));
    const from = Object.entries(front.reference).map(([name, value]) => `${name} ${shown(value)}`);
    inform(`hypervolume ${shown(front.hypervolume)}, from ${from.join(', ')} (the worst so far)`);
  }
  return front ? 0 : 1;
}
