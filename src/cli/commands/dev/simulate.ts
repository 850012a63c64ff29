import { parseStrategy } from '../../../../streams/spec/spec.ts';
import { auto } from '../../../../streams/strategies/auto.ts';
import type { Entry } from '../../../facts/entry.ts';
import type { Params } from '../../../facts/facts.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { shown } from '../../../study/shown.ts';
import { readStudyFile, type StudyFile } from '../../../studyFile/studyFile.ts';
import { type Comparison, type ComparisonRow, compare } from '../../../testing/compare.ts';
import { type RecordedWorkload, recordedWorkload } from '../../../testing/recorded.ts';
import { inform, print } from '../../../text/output.ts';
import { parseData } from '../../../text/parseData.ts';
import { UsageError } from '../../../text/usage.ts';
import { onStudy } from '../../command.ts';
import { flag, many, needed, preset, value, wholeNumber } from '../../parts.ts';
import { textTable } from '../../terminal/table.ts';

export const command = onStudy({
  description:
    'Compare strategies in virtual time, on the results of a finished study. A configuration gets the results of the nearest one there.',
  arguments: { file: needed('file', 'study file: the space, the limits and a strategy (default limit: as many trials as the study has)') },
  options: {
    strategies: many('data', 'names or YAML (default: that of the study file)'),
    trainers: value('n', 'simulated trainers (default: parallel in the study file)', { kind: wholeNumber }),
    seeds: preset('n', 'simulated studies per strategy', 10, { kind: wholeNumber }),
    json: flag('print a JSON line for each strategy'),
  },
  help: `Example:
  hypertide dev simulate finished.jsonl study.yaml --trainers 1000 \\
    --strategies tpe "{chain: [{asha: {min: 1, max: 27}}, tpe]}"`,
  run: async (finished, { file: path, strategies, seeds, json = false, trainers }) => {
    const file = await readStudyFile(path);
    const workload = await workloadOf(finished, file);
    const { study: _, seed: __, parallel, ...options } = file.options;
    const bounds = { trainers: trainers ?? parallel ?? 1, ...options };
    if (options.spend !== undefined) inform('spend ends no simulated study, because the metrics of its trials are not simulated');
    const bounded = ['trials', 'cost', 'seconds', 'plateau', 'target'].some((name) => name in bounds);
    const compared = await compare(file.space, strategiesOf(file, strategies), workload, {
      ...bounds,
      ...(!bounded && { trials: workload.size }),
      seeds,
    });
    if (json) for (const row of compared.rows) print(JSON.stringify({ ...row, moments: compared.moments }));
    else {
      print(tableOf(compared));
      inform(
        `medians of ${seeds} seeds with ${bounds.trainers} trainers; ${workload.size} configurations are known, the best is ${shown(workload.optimum)}`,
      );
    }
    return 0;
  },
});

async function workloadOf(study: CommandStudy, { space, options }: StudyFile): Promise<RecordedWorkload<Params>> {
  const recorded = study.created.objectives.map(({ name }) => name);
  const missing = Object.keys(options.objectives ?? { value: 'minimize' }).find((name) => !recorded.includes(name));
  if (missing !== undefined)
    throw new UsageError(`${study.place}: expected results for ${missing}, the objective of the study file, got ${recorded.join(', ')}`);
  const entries: Entry[] = [];
  for await (const batch of study.past(1)) entries.push(...batch);
  try {
    return recordedWorkload(space, entries);
  } catch (error) {
    throw new UsageError(`${study.place}: ${(error as Error).message}`);
  }
}

/** The strategies that the words name; without words, that of the study file. */
function strategiesOf({ strategy = auto() }: StudyFile, words: readonly string[] | undefined) {
  if (words === undefined) return { [JSON.stringify(strategy.spec)]: strategy };
  return Object.fromEntries(words.map((word) => [word, parseStrategy(parseData('--strategies', word), '--strategies')]));
}

function tableOf({ moments, rows }: Comparison): string {
  const head = ['strategy', ...moments.map((at) => `best after ${shown(at)} s`), 'ends after', 'steps', 'busy'];
  const cells = ({ strategy, values, seconds, cost, busy }: ComparisonRow) => [
    strategy,
    ...values.map(shown),
    `${shown(seconds)} s`,
    shown(cost),
    `${Math.round(100 * busy)} %`,
  ];
  return textTable(head, rows.map(cells));
}
