import { spaceOf } from '../../../../streams/engine/applyEntries.ts';
import type { Params, Values } from '../../../facts/facts.ts';
import { atEdges, edgeText } from '../../../insight/edges.ts';
import { type Recommendation, recommendation } from '../../../insight/recommendation/recommendation.ts';
import { keptCommand } from '../../../programs/trialCommand.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { SpaceData } from '../../../space/schema.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { commandFile, paramsFile, trialsDirectory } from '../../../stores/trialFiles.ts';
import { frontIn, type ListedTrial, trialsIn } from '../../../stores/trialTable.ts';
import { bestFirst } from '../../../study/bestFirst.ts';
import { argumentsOf, shellQuoted } from '../../../study/programArguments.ts';
import { inform, print, suggestAfterData } from '../../../text/output.ts';
import { shown } from '../../../text/shown.ts';
import { UsageError } from '../../../text/usage.ts';
import { table } from '../../terminal/table.ts';

interface BestOptions {
  readonly json?: boolean;
  /** Print the configuration to deploy instead of the best result. */
  readonly recommended?: boolean;
  readonly number?: number;
  /** name=value of each objective: the point from which the hypervolume is measured. */
  readonly reference?: readonly string[];
}

/** `hypertide best` */
export async function printBest(study: CommandStudy, { json, recommended, number, reference }: BestOptions): Promise<number> {
  const { objectives } = study.created;
  if (recommended && (number !== undefined || reference)) throw new UsageError('--recommended: leave out -n and --reference');
  if (objectives.length > 1) {
    if (recommended) throw new UsageError('--recommended needs a study with one objective: with several, choose from the front');
    return bestOfSeveral(study, omitUndefined({ json, number, reference }));
  }
  const count = number ?? 1;
  const all = await trialsIn(study);
  if (recommended) return printRecommended(study, all, json);
  const ranked = bestFirst(all, objectives[0]!);
  const rows = ranked.slice(0, count);
  if (json) print(JSON.stringify(count === 1 ? (rows[0] ?? null) : rows));
  else print(rows.length > 0 ? table(rows) : withoutBest(all));
  if (!json && count === 1) informOfArguments(study, rows[0]);
  if (!json && count === 1) informOfGain(recommendation(spaceOf(study.created), objectives[0]!, all), study);
  if (!json && count === 1) informOfEdges(study, ranked, all);
  if (!json && rows[0]) suggestAfterData('why', study, rows[0].trial);
  return rows.length > 0 ? 0 : 1;
}

/** The trial to deploy, and its expected result. */
function printRecommended(study: CommandStudy, all: readonly ListedTrial[], json: boolean | undefined): number {
  const { created } = study;
  const found = recommendation(spaceOf(created), created.objectives[0]!, all);
  if (json) print(JSON.stringify(found ? { ...found.row, ...omitUndefined({ expected: found.expected, gain: found.gain }) } : null));
  else print(found ? table([found.row]) : withoutBest(all));
  if (!json) informOfArguments(study, found?.row);
  if (!json && found?.expected)
    inform(`expected ${created.objectives[0]!.name}: ${shown(found.expected.mean)} ± ${shown(found.expected.sd)}`);
  if (!json) informOfGain(found, study);
  return found ? 0 : 1;
}

/** The configuration to copy, as the table rounds its numbers: in the command that the trial ran or, if no program ran it here, as arguments. */
function informOfArguments({ stem }: CommandStudy, row: ListedTrial | undefined): void {
  if (row === undefined) return;
  const directory = trialsDirectory(stem);
  const paths = { command: commandFile(directory, row.trial), params: paramsFile(directory, row.trial) };
  const command = keptCommand(paths, row.params);
  const [about, words] = command ? ['as it ran', command] : ['as arguments', argumentsOf(row.params)];
  inform(`${about}: ${words.map(shellQuoted).join(' ')}`);
}

/** Whether a range may be too narrow. */
function informOfEdges({ created }: CommandStudy, ranked: readonly ListedTrial[], all: readonly ListedTrial[]): void {
  const results = all.filter(({ status }) => status === 'completed' || status === 'stopped').length;
  for (const edge of atEdges((created.space as SpaceData).parameters, ranked, results)) inform(edgeText(edge));
}

/** Whether it is worth continuing, by the prediction of a model. */
function informOfGain(found: Recommendation<Params> | undefined, { created }: CommandStudy): void {
  if (!found?.gain) return;
  const { value, share } = found.gain;
  const rounded = (n: number) => shown(Number(n.toPrecision(2)));
  const lead = `${rounded(100 * share)} % of the difference between the best and the median completed trial`;
  inform(`further trials are expected to improve ${created.objectives[0]!.name} by ${rounded(value)} (${lead})`);
}

const withoutBest = (rows: readonly ListedTrial[]): string =>
  rows.some(({ status }) => status === 'completed') ? 'every completed trial violates a constraint' : 'no trial is completed yet';

/** With several objectives, the best trials are the front. */
async function bestOfSeveral(study: CommandStudy, { json, number, reference }: BestOptions): Promise<number> {
  const front = await frontIn(study, reference ? { reference: valuesOf(reference) } : {});
  if (json) print(JSON.stringify(front ? { ...front, rows: front.rows.slice(0, number) } : null));
  else if (front === undefined) print(withoutBest(await trialsIn(study)));
  else {
    print(table(front.rows.slice(0, number)));
    const from = Object.entries(front.reference).map(([name, value]) => `${name} ${shown(value)}`);
    inform(`hypervolume ${shown(front.hypervolume)}, from ${from.join(', ')}${reference ? '' : ' (the worst so far)'}`);
  }
  return front ? 0 : 1;
}

/** @throws UsageError */
function valuesOf(words: readonly string[]): Values {
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', text = '', ...more] = word.split('=');
      if (name === '' || text.trim() === '' || more.length > 0 || !Number.isFinite(Number(text)))
        throw new UsageError(`--reference ${word}: expected name=number`);
      return [name, Number(text)];
    }),
  );
}
