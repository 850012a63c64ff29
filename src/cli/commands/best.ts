import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import type { ObjectiveSpec } from '../../facts/facts.ts';
import { atEdges, edgeText } from '../../insight/edges.ts';
import { earlyTexts, StoppedTrials } from '../../insight/recommendation/earlyStopping.ts';
import { recommendation } from '../../insight/recommendation/recommendation.ts';
import { endOf } from '../../insight/recommendation/reopening.ts';
import { actionOf, verdictOn, withAction } from '../../insight/recommendation/verdict.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { SpaceData } from '../../space/schema.ts';
import type { CommandStudy } from '../../stores/locate.ts';
import { trialsDirectory } from '../../stores/trialFiles.ts';
import { ledgerIn, resultsIn } from '../../stores/trialTable.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { shown } from '../../study/shown.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
import { inform, print, suggestAfterData } from '../../text/output.ts';
import { UsageError } from '../../text/usage.ts';
import { onStudy } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { flag, json, value, wholeNumber } from '../parts.ts';
import { type Carded, card, repetitionLine } from '../terminal/card.ts';
import { table } from '../terminal/table.ts';

export const command = onStudy({
  description:
    'Print the best trial or, with several objectives, the Pareto front and its hypervolume. Also whether to go on with the study, and the command to do so.',
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
    const rows = new TrialRows();
    const stopped = new StoppedTrials();
    const ledger = await ledgerIn(study, study.created, (applied) => {
      study.passedOver.apply(applied);
      rows.apply(applied);
      stopped.apply(applied);
    });
    const space = spaceOf(study.created);
    const all = [...rows];
    const [objective] = objectives as [ObjectiveSpec];
    const ranked = bestFirst(all, objective);
    if (number !== undefined && number !== 1) {
      const listed = ranked.slice(0, number);
      print(json ? JSON.stringify(listed) : listed.length === 0 ? withoutBest(all) : table(listed));
      return listed.length > 0 ? 0 : exitStatus.noResult;
    }
    const found = recommendation(space, objective, all, ledger.closed);
    const end = endOf(ledger);
    const row = recommended ? found?.row : ranked[0];
    const early = stopped.among(all, ranked[0], space);
    const next = found && actionOf(found.verdict, study.quoted, end);
    if (json)
      print(
        JSON.stringify(
          row && found
            ? { ...row, ...omitUndefined({ repetition: found.repetition, costs: found.costs, ...found.verdict, early, command: next }) }
            : null,
        ),
      );
    else print(row ? cardOf(study, { row, ranked, rows: all, examples: ledger.examples }) : withoutBest(all));
    if (row === undefined || found === undefined) return exitStatus.noResult;
    if (json) return 0;
    if (early) for (const text of earlyTexts(early)) inform(text);
    informOfEdges(study, ranked, all);
    const { quoted } = study;
    const repeated = repetitionLine(found, row, ranked, quoted === undefined ? '--recommended' : `"hypertide best${quoted} --recommended"`);
    if (repeated !== undefined) inform(repeated);
    inform(withAction(found.verdict, quoted, end));
    suggestAfterData('why', study, row.trial);
    return 0;
  },
});

const cardOf = ({ created, stem }: CommandStudy, carded: Omit<Carded, 'objective' | 'directory'>): string =>
  card({ ...carded, objective: created.objectives[0]!, directory: trialsDirectory(stem) });

/** Whether a range may be too narrow. */
function informOfEdges({ created }: CommandStudy, ranked: readonly TrialRow[], all: readonly TrialRow[]): void {
  const results = all.filter(({ status }) => status === 'completed' || status === 'stopped').length;
  for (const edge of atEdges((created.space as SpaceData).parameters, ranked, results)) inform(edgeText(edge));
}

const withoutBest = (rows: readonly TrialRow[]): string =>
  rows.some(({ status }) => status === 'completed') ? 'every completed trial violates a constraint' : 'no trial is completed yet';

/** With several objectives, the best trials are the front. */
async function bestOfSeveral(study: CommandStudy, json: boolean | undefined, number: number | undefined): Promise<number> {
  const { rows, front } = await resultsIn(study);
  const all = [...rows];
  const verdict =
    front && verdictOn({ objectives: study.created.objectives, ranked: [], onFront: front.rows, rows: all, closed: undefined }, undefined);
  if (json) print(JSON.stringify(front ? { ...front, rows: front.rows.slice(0, number), ...verdict } : null));
  else if (front === undefined) print(withoutBest(all));
  else {
    print(table(front.rows.slice(0, number)));
    const from = Object.entries(front.reference).map(([name, value]) => `${name} ${shown(value)}`);
    inform(`hypervolume ${shown(front.hypervolume)}, from ${from.join(', ')} (the worst so far)`);
    inform(verdict!.text);
  }
  return front ? 0 : exitStatus.noResult;
}
